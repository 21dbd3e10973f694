import CLuaHost

/// A Swift type that a typed host function can take and return without going through `LuaValue`.
public protocol HostConvertible: Sendable {
  /// The type that declarations and messages show.
  static var luaType: LuaType { get }
  /// Reads a plain value; nil when it is of another kind.
  static func read(_ value: UnsafePointer<clh_value>) -> Self?
  /// Writes the value as a result.
  func write(to out: UnsafeMutablePointer<clh_out>)
}

extension Int64: HostConvertible {
  public static var luaType: LuaType { .integer }

  @inlinable
  public static func read(_ value: UnsafePointer<clh_value>) -> Int64? {
    if value.pointee.kind == UInt32(CLH_INTEGER) { return value.pointee.integer }
    return value.pointee.kind == UInt32(CLH_NUMBER) ? Int64(exactly: value.pointee.number) : nil
  }

  @inlinable
  public func write(to out: UnsafeMutablePointer<clh_out>) { clh_out_integer(out, self) }
}

extension Int: HostConvertible {
  public static var luaType: LuaType { .integer }

  @inlinable
  public static func read(_ value: UnsafePointer<clh_value>) -> Int? { Int64.read(value).map { Int($0) } }

  @inlinable
  public func write(to out: UnsafeMutablePointer<clh_out>) { clh_out_integer(out, Int64(self)) }
}

extension Double: HostConvertible {
  public static var luaType: LuaType { .number }

  @inlinable
  public static func read(_ value: UnsafePointer<clh_value>) -> Double? {
    if value.pointee.kind == UInt32(CLH_NUMBER) { return value.pointee.number }
    return value.pointee.kind == UInt32(CLH_INTEGER) ? Double(value.pointee.integer) : nil
  }

  @inlinable
  public func write(to out: UnsafeMutablePointer<clh_out>) { clh_out_number(out, self) }
}

extension Bool: HostConvertible {
  public static var luaType: LuaType { .boolean }

  @inlinable
  public static func read(_ value: UnsafePointer<clh_value>) -> Bool? {
    value.pointee.kind == UInt32(CLH_BOOLEAN) ? value.pointee.integer != 0 : nil
  }

  @inlinable
  public func write(to out: UnsafeMutablePointer<clh_out>) { clh_out_boolean(out, self) }
}

extension LuaString: HostConvertible {
  public static var luaType: LuaType { .string }

  public static func read(_ value: UnsafePointer<clh_value>) -> LuaString? {
    guard value.pointee.kind == UInt32(CLH_STRING) else { return nil }
    return LuaString(bytes: VMState.bytes(value.pointee.bytes, value.pointee.length))
  }

  public func write(to out: UnsafeMutablePointer<clh_out>) {
    bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { _ = clh_out_string(out, $0.baseAddress, $0.count) }
    }
  }
}

extension String: HostConvertible {
  public static var luaType: LuaType { .string }

  public static func read(_ value: UnsafePointer<clh_value>) -> String? {
    guard value.pointee.kind == UInt32(CLH_STRING) else { return nil }
    let buffer = UnsafeRawBufferPointer(start: value.pointee.bytes, count: value.pointee.length)
    return String(decoding: buffer, as: UTF8.self)
  }

  public func write(to out: UnsafeMutablePointer<clh_out>) {
    var copy = self
    copy.withUTF8 { buffer in
      buffer.withMemoryRebound(to: CChar.self) { _ = clh_out_string(out, $0.baseAddress, $0.count) }
    }
  }
}
