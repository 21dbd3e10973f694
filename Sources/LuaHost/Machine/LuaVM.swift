import CLuaHost

/// One Lua state with everything scripts can reach, confined to a thread of its own.
///
/// Each run is a Swift task that steps a coroutine; whenever the script waits or has used up its slice, other tasks of the
/// VM go on. Swift never holds a Lua frame across an await.
public actor LuaVM {
  public nonisolated let configuration: Configuration
  nonisolated let handle: VMHandle
  nonisolated let executor: ThreadExecutor
  let state: VMState
  /// Where tasks belong that are spawned outside of a run, as by `evaluate`.
  let background: TaskScope
  private var isClosed = false
  private var roots = 0

  /// The Lua task in whose behalf the current Swift task works.
  @TaskLocal static var caller: LuaTask?

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Makes a VM.
  /// - Throws: `LuaError` of kind `memory`, about a thread that cannot be had, or about a module whose values cannot go into
  ///   a VM.
  public init(_ configuration: Configuration = Configuration()) throws {
    try self.init(configuration, failAllocation: nil)
  }

  init(_ configuration: Configuration, failAllocation: (at: UInt64, count: UInt64)?) throws {
    self.configuration = configuration
    executor = try ThreadExecutor()
    let handle = VMHandle()
    self.handle = handle
    guard let flag = CancelFlag() else { throw VMState.outOfMemory }
    background = TaskScope(
      driver: TaskDriver(handle: handle, flag: flag), flag: flag, report: configuration.unobservedFailure ?? { _ in })
    do {
      state = try VMState(configuration, handle: handle, failAllocation: failAllocation)
    } catch {
      executor.stop()
      throw error
    }
    handle.attach(self)
    background.driver.begin = { [weak driver = background.driver] in
      driver?.isDriven = true
      Task.detached { await handle.vm?.driveBackground() }
    }
  }

  deinit { executor.stop() }

  /// The Lua release the program runs with, such as "Lua 5.4.4".
  public static var luaRelease: String { String(cString: clh_lua_release()) }

  /// The bytes Lua holds now.
  public var memoryUsed: Int { clh_memory_used(state.vm) }

  /// How many Swift objects scripts hold now.
  public var objectCount: Int {
    state.drain()
    return state.slots.count
  }

  /// Cancels background tasks and refuses everything from now on. What runs still must be cancelled by its own task.
  public func close() {
    isClosed = true
    state.cancelAll(background)
  }

  func checkOpen() throws {
    if isClosed { throw LuaError(kind: .runtime, message: "the Lua VM is closed") }
  }

  /// A global, copied; cycles and what cannot leave the VM are replaced by short texts.
  public func global(_ name: String) throws -> LuaValue {
    try checkOpen()
    var value: UnsafePointer<clh_value>?
    guard clh_get_global(state.vm, name, &value) else { throw state.problem }
    return state.decode(value, count: 1).first ?? .nil
  }

  /// Sets a global.
  /// - Throws: `ArgumentError` when the value cannot go into this VM; `LuaError` when memory ran out.
  public func setGlobal(_ name: String, _ value: LuaValue) throws {
    try checkOpen()
    try state.encode([value])
    guard clh_set_global(state.vm, name) else { throw state.problem }
  }

  /// A run begins or ends; instructions are counted afresh when none is under way.
  func countRoot(_ change: Int) {
    if roots == 0 { clh_reset_usage(state.vm) }
    roots += change
  }

  /// For tests: refuses the allocations `at ..< at + count`, counted from now; 0 = none.
  func failAllocation(at: UInt64, count: UInt64) { clh_fail_allocation(state.vm, at, count) }

  /// For tests: the allocations since `failAllocation`, or since the VM was made.
  var allocationCount: UInt64 { clh_allocation_count(state.vm) }

  /// For tests: what scripts and Swift hold of the VM after a full collection.
  func held() -> (references: Int, objects: Int, bytes: Int) {
    clh_out_reset(state.vm)
    _ = clh_memory_after_collection(state.vm)
    state.drain()
    let bytes = clh_memory_after_collection(state.vm)
    return (clh_reference_count(state.vm), state.slots.count, bytes)
  }
}
