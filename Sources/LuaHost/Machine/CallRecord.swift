import CLuaHost

/// What one call of a host function was given.
///
/// Unchecked: a record is filled by its VM before it is handed out and not changed after that. The VM fills one again only
/// when it holds the only reference to it, so that most calls allocate nothing.
final class CallRecord: @unchecked Sendable {
  /// The function, only compared: kept arguments must not keep what it captures, which may be what keeps them.
  @exclusivity(unchecked) var binding: ObjectIdentifier
  @exclusivity(unchecked) var functionName: String
  @exclusivity(unchecked) var values: [LuaValue] = []
  @exclusivity(unchecked) var receiver: (any Sendable & AnyObject)?
  let handle: VMHandle
  /// Where the call was made, if it outlives the callback.
  @exclusivity(unchecked) var knownCaller: LuaCaller?
  /// Which call of the VM it is, and the VM; only compared.
  @exclusivity(unchecked) var number: UInt64 = 0
  let vm: OpaquePointer

  init(_ binding: Binding, handle: VMHandle, vm: OpaquePointer) {
    self.binding = ObjectIdentifier(binding)
    functionName = binding.name
    self.handle = handle
    self.vm = vm
  }

  /// Where the script made the call.
  var caller: LuaCaller? { knownCaller ?? servingState?.caller() }

  /// The VM's state while it serves this call, in the thread that does; else nil.
  private var servingState: VMState? {
    guard let context = clh_serving(vm) else { return nil }
    let state = Unmanaged<VMState>.fromOpaque(context).takeUnretainedValue()
    return state.callNumber == number ? state : nil
  }

  /// Lets go of everything, for the next call.
  func empty() {
    values.removeAll(keepingCapacity: values.capacity <= 64)
    if receiver != nil { receiver = nil }
  }
}
