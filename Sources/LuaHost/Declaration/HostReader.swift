import CLuaHost

/// The arguments of one call of a typed function, read one after another.
public struct HostReader {
  /// The next value; it may be followed by those it contains.
  @usableFromInline var cursor: UnsafeMutablePointer<clh_value>
  /// How many values are left at this level: arguments, or items of a table.
  @usableFromInline var left: Int
  @usableFromInline let context: UnsafeMutableRawPointer

  @inlinable
  init(_ cursor: UnsafeMutablePointer<clh_value>, left: Int, context: UnsafeMutableRawPointer) {
    self.cursor = cursor
    self.left = left
    self.context = context
  }

  /// Reads the next value.
  /// - Returns: nil when there is none or it is of another kind; then the call fails with what the declaration says.
  @inlinable @inline(__always)
  public mutating func read<T: HostConvertible>(_ type: T.Type) -> T? {
    let before = left
    if let value = T.read(&self) { return value }
    left = before  // says which argument it was
    return nil
  }

  /// The kind of the next value, if there is one.
  @inlinable @inline(__always) var kind: Int? { left > 0 ? Int(cursor.pointee.kind) : nil }

  /// Goes past a value that contains no others.
  @inlinable @inline(__always)
  mutating func advance() {
    cursor += 1
    left -= 1
  }

  /// Copies the next value, whatever it is; an absent one is `nil`.
  @usableFromInline
  mutating func value() -> LuaValue {
    guard left > 0 else { return .nil }
    var position = UnsafePointer(cursor)
    let value = state.decode(&position)
    cursor = UnsafeMutablePointer(mutating: position)
    left -= 1
    return value
  }

  /// The Swift object that the next value is, if it is one.
  @usableFromInline
  func object() -> Unmanaged<AnyObject>? {
    guard left > 0, cursor.pointee.kind == UInt32(CLH_OBJECT) else { return nil }
    return state.slots.object(cursor.pointee.handle)
  }

  private var state: VMState { Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue() }
}
