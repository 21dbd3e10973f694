import CLuaHost

/// The Swift side of one Lua state.
///
/// Unchecked: it belongs to one `LuaVM` and is touched by that actor's isolated methods, by the callbacks that run inside
/// them, and by `deinit`, after which nobody is left.
final class VMState: @unchecked Sendable {
  let vm: OpaquePointer
  let handle: VMHandle
  let configuration: LuaVM.Configuration
  let finder: ModuleFinder
  var bindings: [Binding] = []
  var fieldBindings: [FieldBinding] = []
  var types: [ObjectType] = []
  var typesByIdentity: [ObjectIdentifier: UInt32] = [:]
  var typesByName: [String: UInt32] = [:]
  /// What `typeNumber` was asked for last.
  var lastType: (storage: ObjectType.Storage, number: UInt32)?
  let slots = SlotMap()
  var pending: PendingCall?
  var current: LuaTask?
  /// The origin of the task that was made last: a loop makes many in one place.
  var lastOrigin: TaskOrigin?
  /// The tasks that are kept, each of which takes about `taskSize` bytes besides its coroutine.
  var taskCount = 0
  /// How many tasks can go on, and how many wait for a host function.
  var readyCount = 0
  var operationCount = 0
  var timers = TimerHeap()
  /// What has come while scripts go on, in its order; see ``arrive(_:_:)``.
  var arriving: [Arriving] = []
  /// How many host functions were waited for.
  var waitingCallCount: UInt64 = 0
  /// The one Swift task that sleeps until the earliest timer is due.
  var sleeper: (deadline: Duration, task: Task<Void, Never>)?
  // Unchecked, since each is used in passing only: a call of a declared function would pay for the checks several times.
  @exclusivity(unchecked) var spareRecord: CallRecord?
  @exclusivity(unchecked) var callNumber: UInt64 = 0
  /// Where the last call came from; making a string for every call would cost more than many a host function.
  var callerSource = ""
  /// The names of chunks that were loaded, as positions in messages spell them.
  var chunkNames: Set<String> = []

  /// - Throws: `LuaError` of kind `memory`.
  init(
    _ configuration: LuaVM.Configuration, handle: VMHandle, failAllocation: (at: UInt64, count: UInt64)? = nil
  ) throws {
    self.configuration = configuration
    self.handle = handle
    finder = ModuleFinder(configuration)
    var callbacks = clh_callbacks()
    callbacks.call = hostCall
    callbacks.raw = hostCallRaw
    callbacks.field = hostField
    callbacks.refuse = hostRefuse
    callbacks.object = hostObject
    callbacks.find_module = hostFindModule
    callbacks.print = hostPrint
    callbacks.warn = hostWarn
    callbacks.tick = hostTick
    callbacks.name = hostName
    var limits = clh_limits()
    limits.depth = UInt32(clamping: configuration.tableDepthLimit)
    limits.values = configuration.valueCountLimit
    limits.bytes = configuration.byteLimit
    limits.set(configuration.limits)
    limits.counting = configuration.countsInstructions
    limits.sandbox = configuration.sandbox.flags
    guard let vm = clh_open(&callbacks, &limits, failAllocation?.at ?? 0, failAllocation?.count ?? 0) else {
      throw Self.outOfMemory(configuration.limits)
    }
    self.vm = vm
    clh_set_context(vm, Unmanaged.passUnretained(self).toOpaque())
    try addModules()
  }

  deinit {
    sleeper?.task.cancel()
    clh_close(vm)
  }

  /// A memory error of a VM with a limit: says which.
  static func outOfMemory(_ limits: LuaLimits) -> LuaError {
    var error = outOfMemory
    if let text = limits.exhausted(.memory) { error.message += ": \(text)" }
    return error
  }

  static var outOfMemory: LuaError { LuaError(kind: .memory, message: String(cString: clh_memory_text)) }

  /// Lets go of what scripts and Swift no longer hold. Runs between steps, never inside a collection.
  func drain() {
    for reference in handle.takeReleased() { clh_unref(vm, reference) }
    releaseObjects()
  }

  /// Lets go while a script runs on, before another object is made: else a loop that makes objects would hold them all.
  func releaseManyObjects() {
    if clh_released_count(vm) > 256 { releaseObjects() }
  }

  /// Swift objects whose userdata are gone. Touches no Lua, so callbacks may call it too.
  func releaseObjects() {
    var count = 0
    guard let released = clh_released(vm, &count), count > 0 else { return }
    let handles = Array(UnsafeBufferPointer(start: released, count: count))
    clh_clear_released(vm)
    var gone: [any Sendable & AnyObject] = []
    for handle in handles {
      if let object = slots.release(handle) { gone.append(object) }
    }
    gone.removeAll()  // their `deinit`s run here, with no access to `slots` open
  }

  /// What the last call into C that failed says.
  var problem: LuaError {
    let message = String(cString: clh_message(vm))
    return message == String(cString: clh_memory_text)
      ? Self.outOfMemory : LuaError(kind: .runtime, message: message)
  }
}
