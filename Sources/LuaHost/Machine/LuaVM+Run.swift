import CLuaHost

extension LuaVM {
  /// Runs a script to its end, with all tasks it spawns.
  ///
  /// Cancelling the surrounding Swift task stops it, an endless loop too; the VM stays usable. The first failure of a
  /// spawned task that no script awaited is thrown when all have ended.
  /// - Parameters:
  ///   - source: Lua text; a first line that begins with "#" is skipped.
  ///   - name: The name in positions and tracebacks, such as "fleet.lua".
  ///   - arguments: What `...` is in the script.
  /// - Returns: What the script returned.
  /// - Throws: `LuaError`.
  public func run(_ source: [UInt8], name: String, arguments: [LuaValue] = []) async throws -> [LuaValue] {
    try checkOpen()
    countRoot(1)
    defer { countRoot(-1) }
    let text = LuaSource.trimmed(source)
    let task = try makeTask(scope: nil, results: .copies) { state, task in
      try state.load(text, name: name, into: task)
      try state.pass(arguments, to: task)
    }
    let values = try await drive(task)
    if Task.isCancelled { throw Self.cancelled }
    return values
  }

  /// Runs one input of an interactive session: as an expression if it is one, else as a chunk.
  ///
  /// Globals persist. Tasks it spawns go on in the background. Cycles and values that cannot leave the VM come back as short
  /// texts.
  /// - Throws: `LuaError`; of kind `.syntax(incomplete: true)` when more lines could complete the input.
  public func evaluate(_ source: String, name: String = "stdin") async throws -> [LuaValue] {
    try checkOpen()
    countRoot(1)
    defer { countRoot(-1) }
    let task = try makeTask(scope: background, results: .lenient) { state, task in
      do {
        try state.load(Array("return \(source)".utf8), name: name, into: task)
      } catch let unfinished as LuaError where unfinished.kind == .syntax(incomplete: true) {
        do {
          try state.load(Array(source.utf8), name: name, into: task)
        } catch let error as LuaError where error.isAboutText {
          throw unfinished  // "1 +" is the beginning of an expression, though not of a statement
        }
      } catch let error as LuaError where error.isAboutText {
        try state.load(Array(source.utf8), name: name, into: task)
      }
    }
    return try await drive(task)
  }

  /// Compiles without running.
  /// - Throws: `LuaError` of kind `syntax`.
  public func check(_ source: [UInt8], name: String) throws {
    try checkOpen()
    let task = try makeTask(scope: background, results: .copies) { state, task in
      try state.load(LuaSource.trimmed(source), name: name, into: task)
    }
    state.finish(task, .failure(Self.cancelled))
  }

  /// Runs a function as a task of its own; see `LuaFunction.call`.
  ///
  /// Called by a host function in behalf of a script, what it spawns belongs to that script's run; else it ends with the call.
  func call(_ function: LuaFunction, _ arguments: [LuaValue], results: Results = .copies) async throws -> [LuaValue] {
    try checkOpen()
    var caller = Self.caller
    if let arrivals = state.configuration.arrivals, let caller, caller.handle === handle {
      caller.callbackCount += 1
      let callback = LuaArrival.callback(caller.callbackCount, of: caller.waitingCall)
      await arrivals.wait(for: callback)
      await withCheckedContinuation { continuation in
        state.arrive(callback) { [state] in
          // Counts as one that can go on until it does.
          state.readyCount += 1
          continuation.resume()
        }
      }
      state.readyCount -= 1
    }
    defer { if !state.arriving.isEmpty { state.handOnArrivals() } }
    if let outer = caller, outer.handle !== handle || outer.state == .over { caller = nil }
    if caller == nil { countRoot(1) }
    defer { if caller == nil { countRoot(-1) } }
    let task = try makeTask(scope: caller?.spawningScope, results: results, caller: caller) { state, task in
      guard clh_task_load_reference(task.pointer, function.reference.number) else { throw VMState.outOfMemory }
      try state.pass(arguments, to: task)
    }
    return try await drive(task)
  }

  /// Makes the task of a run. `scope` is where spawned tasks go; nil stands for one of its own, which ends with the run.
  /// `caller` is the task in whose behalf Swift calls: what ends that one ends this one.
  private func makeTask(
    scope: TaskScope?, results: Results, caller: LuaTask? = nil, prepare: (VMState, LuaTask) throws -> Void
  ) throws -> LuaTask {
    guard let flag = CancelFlag(parent: caller?.flag) else { throw VMState.outOfMemory }
    let task = LuaTask(
      handle: handle, driver: TaskDriver(handle: handle, flag: flag), flag: flag, results: results,
      origin: caller?.origin,
      depth: caller?.depth ?? 0, scope: scope)
    do {
      try state.makeCoroutine(of: task)
      try prepare(state, task)
    } catch {
      if let pointer = task.pointer { clh_task_free(pointer) }
      task.pointer = nil
      state.drain()
      throw error
    }
    return task
  }
}

extension VMState {
  /// Compiles text into a task.
  func load(_ source: [UInt8], name: String, into task: LuaTask) throws {
    chunkNames.insert(name)
    let status = source.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { clh_task_load(task.pointer, $0.baseAddress, $0.count, "@\(name)") }
    }
    if status != Int32(CLH_DONE) { throw error(of: task) }
  }

  /// Gives a task its arguments.
  func pass(_ arguments: [LuaValue], to task: LuaTask) throws {
    if arguments.isEmpty { return }
    try encode(arguments)
    guard clh_task_arguments(task.pointer) else { throw problem }
  }
}
