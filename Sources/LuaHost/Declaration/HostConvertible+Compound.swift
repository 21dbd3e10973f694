import CLuaHost

/// `nil` or nothing at all is nil.
extension Optional: HostConvertible, HostResult where Wrapped: HostConvertible {
  public static var luaType: LuaType { Wrapped.luaType }
  public static var isOptional: Bool { true }

  @inlinable
  public static func read(_ reader: inout HostReader) -> Wrapped?? {
    guard let kind = reader.kind else { return .some(nil) }
    if kind == CLH_NIL {
      reader.advance()
      return .some(nil)
    }
    return Wrapped.read(&reader).map { .some($0) }
  }

  @inlinable
  public func write(to writer: HostWriter) throws {
    guard let self else { return clh_out_nil(writer.out) }
    try self.write(to: writer)
  }
}

/// A table with an array part only.
extension Array: HostConvertible, HostResult where Element: HostConvertible {
  public static var luaType: LuaType { .list(Element.luaType) }

  @inlinable
  public static func read(_ reader: inout HostReader) -> [Element]? {
    guard reader.kind == CLH_TABLE, reader.cursor.pointee.extra == 0 else { return nil }
    let count = reader.cursor.pointee.length
    var items = HostReader(reader.cursor + 1, left: count, context: reader.context)
    var array: [Element] = []
    array.reserveCapacity(count)
    for _ in 0..<count {
      guard let item = Element.read(&items) else { return nil }
      array.append(item)
    }
    reader.cursor = items.cursor
    reader.left -= 1
    return array
  }

  @inlinable
  public func write(to writer: HostWriter) throws {
    clh_out_table(writer.out, count, 0)
    for item in self { try item.write(to: writer) }
  }
}

/// A table with string keys.
extension Dictionary: HostConvertible, HostResult where Key == String, Value: HostConvertible {
  public static var luaType: LuaType { .map }

  @inlinable
  public static func read(_ reader: inout HostReader) -> [String: Value]? {
    guard reader.kind == CLH_TABLE, reader.cursor.pointee.length == 0 else { return nil }
    let count = Int(reader.cursor.pointee.extra)
    var entries = HostReader(reader.cursor + 1, left: 2 * count, context: reader.context)
    var dictionary: [String: Value] = [:]
    dictionary.reserveCapacity(count)
    for _ in 0..<count {
      guard let key = String.read(&entries), let value = Value.read(&entries) else { return nil }
      dictionary[key] = value
    }
    reader.cursor = entries.cursor
    reader.left -= 1
    return dictionary
  }

  @inlinable
  public func write(to writer: HostWriter) throws {
    clh_out_table(writer.out, 0, UInt32(clamping: count))
    for (key, value) in self {
      key.write(to: writer)
      try value.write(to: writer)
    }
  }
}

/// An enumeration whose raw value can cross becomes convertible by saying so: `extension Mode: HostConvertible {}`.
extension HostConvertible where Self: RawRepresentable, RawValue: HostConvertible {
  public static var luaType: LuaType { RawValue.luaType }

  public static func read(_ reader: inout HostReader) -> Self? { RawValue.read(&reader).flatMap { Self(rawValue: $0) } }

  public func write(to writer: HostWriter) throws { try rawValue.write(to: writer) }
}

/// With `CaseIterable`, messages and documentation list the cases.
extension HostConvertible where Self: RawRepresentable & CaseIterable, RawValue == String {
  public static var luaType: LuaType { .enumeration(allCases.map(\.rawValue)) }
}

extension LuaValue: HostConvertible {
  public static var luaType: LuaType { .any }
  public static var isOptional: Bool { true }

  public static func read(_ reader: inout HostReader) -> LuaValue? { reader.value() }

  public func write(to writer: HostWriter) throws { try writer.value(self) }
}

extension LuaTable: HostConvertible {
  public static var luaType: LuaType { .table }

  public static func read(_ reader: inout HostReader) -> LuaTable? {
    reader.kind == CLH_TABLE ? reader.value().tableValue : nil
  }

  public func write(to writer: HostWriter) throws { try writer.value(.table(self)) }
}

extension LuaFunction: HostConvertible {
  public static var luaType: LuaType { .function }

  public static func read(_ reader: inout HostReader) -> LuaFunction? {
    reader.kind == CLH_FUNCTION ? reader.value().functionValue : nil
  }

  public func write(to writer: HostWriter) throws { try writer.value(.function(self)) }
}

/// A text with units such as "1h30m", or a number of seconds; as a result, seconds.
extension Duration: HostConvertible {
  public static var luaType: LuaType { .duration }

  public static func read(_ reader: inout HostReader) -> Duration? {
    guard let kind = reader.kind, kind == CLH_STRING || kind == CLH_INTEGER || kind == CLH_NUMBER else { return nil }
    return reader.value().duration
  }

  public func write(to writer: HostWriter) {
    clh_out_number(writer.out, Double(components.seconds) + Double(components.attoseconds) / 1e18)
  }
}
