import CLuaHost

/// A Swift type that a typed host function can take and return.
///
/// Numbers, `Bool`, `String`, `LuaString`, `Duration`, optionals, arrays and dictionaries of these, `LuaValue`, `LuaTable`
/// and `LuaFunction` are; an enumeration with such a raw value becomes one by saying so, a class by `HostObject`.
public protocol HostConvertible: HostResult {
  /// The type that declarations and messages show, and against which a value that cannot be read is checked.
  static var luaType: LuaType { get }
  /// Whether `nil`, or nothing at all, is one of the values.
  static var isOptional: Bool { get }
  /// Reads the next value; nil when it is of another kind, which fails the call.
  static func read(_ reader: inout HostReader) -> Self?
  /// Writes the value as a result.
  /// - Throws: `ArgumentError` when it cannot go into the VM.
  func write(to writer: HostWriter) throws
}

extension HostConvertible {
  public static var isOptional: Bool { false }
}

extension Int64: HostConvertible {
  public static var luaType: LuaType { .integer }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> Int64? {
    guard let kind = reader.kind else { return nil }
    if kind == CLH_INTEGER {
      defer { reader.advance() }
      return reader.cursor.pointee.integer
    }
    guard kind == CLH_NUMBER, let exact = Int64(exactly: reader.cursor.pointee.number) else { return nil }
    reader.advance()
    return exact
  }

  @inlinable
  public func write(to writer: HostWriter) { clh_out_integer(writer.out, self) }
}

extension Int: HostConvertible {
  public static var luaType: LuaType { .integer }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> Int? { Int64.read(&reader).map { Int($0) } }

  @inlinable
  public func write(to writer: HostWriter) { clh_out_integer(writer.out, Int64(self)) }
}

extension Double: HostConvertible {
  public static var luaType: LuaType { .number }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> Double? {
    guard let kind = reader.kind, kind == CLH_NUMBER || kind == CLH_INTEGER else { return nil }
    defer { reader.advance() }
    return kind == CLH_NUMBER ? reader.cursor.pointee.number : Double(reader.cursor.pointee.integer)
  }

  @inlinable
  public func write(to writer: HostWriter) { clh_out_number(writer.out, self) }
}

extension Bool: HostConvertible {
  public static var luaType: LuaType { .boolean }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> Bool? {
    guard reader.kind == CLH_BOOLEAN else { return nil }
    defer { reader.advance() }
    return reader.cursor.pointee.integer != 0
  }

  @inlinable
  public func write(to writer: HostWriter) { clh_out_boolean(writer.out, self) }
}

extension LuaString: HostConvertible {
  public static var luaType: LuaType { .string }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> LuaString? {
    guard reader.kind == CLH_STRING else { return nil }
    defer { reader.advance() }
    let value = reader.cursor
    return LuaString(bytes: Array(UnsafeRawBufferPointer(start: value.pointee.bytes, count: value.pointee.length)))
  }

  @inlinable
  public func write(to writer: HostWriter) { bytes.withUnsafeBytes { writer.string($0) } }
}

/// Bytes that are not UTF-8 are replaced by U+FFFD; `LuaString` keeps them.
extension String: HostConvertible {
  public static var luaType: LuaType { .string }

  @inlinable @inline(__always)
  public static func read(_ reader: inout HostReader) -> String? {
    guard reader.kind == CLH_STRING else { return nil }
    defer { reader.advance() }
    let value = reader.cursor
    return String(
      decoding: UnsafeRawBufferPointer(start: value.pointee.bytes, count: value.pointee.length), as: UTF8.self)
  }

  @inlinable
  public func write(to writer: HostWriter) {
    var copy = self
    copy.withUTF8 { writer.string(UnsafeRawBufferPointer($0)) }
  }
}
