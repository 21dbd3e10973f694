import CLuaHost

/// Where a typed function writes its results, one after another.
public struct HostWriter {
  @usableFromInline let out: UnsafeMutablePointer<clh_out>
  @usableFromInline let context: UnsafeMutableRawPointer

  @inlinable
  init(_ out: UnsafeMutablePointer<clh_out>, context: UnsafeMutableRawPointer) {
    self.out = out
    self.context = context
  }

  /// Writes one value.
  /// - Throws: `ArgumentError` when it cannot go into this VM.
  @inlinable
  public func write<T: HostConvertible>(_ value: T) throws { try value.write(to: self) }

  /// Writes the bytes of one string.
  @inlinable
  func string(_ bytes: UnsafeRawBufferPointer) {
    _ = clh_out_string(out, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  /// Writes any value.
  @usableFromInline
  func value(_ value: LuaValue) throws { try state.encode(value, out) }

  /// Writes an object of a type.
  @usableFromInline
  func object(_ object: any Sendable & AnyObject, _ type: ObjectType) {
    let state = state
    state.releaseManyObjects()
    let number = state.typeNumber(type)
    clh_out_object(out, state.slots.retain(object, type: number), number)
  }

  private var state: VMState { Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue() }
}
