import CLuaHost

extension LuaVM {
  /// Runs a task and what it owns to the end.
  ///
  /// One Swift task drives all Lua tasks of a run: it steps those that can go on, one after another, and sleeps when none can.
  func drive(_ main: LuaTask) async throws -> [LuaValue] {
    let driver = main.driver
    driver.main = main
    driver.isDriven = true
    state.makeReady(main)
    await withTaskCancellationHandler {
      await drive(driver) { main.state == .over }
    } onCancel: {
      driver.flag.set()
      driver.wake()
    }
    driver.main = nil
    if let exit = driver.exit { throw exit }
    guard let result = main.result else { throw Self.cancelled }
    do { return try result.get() } catch { throw error.withOrigin }
  }

  /// Whether nothing goes on before the clock does: no task can, and no host function is waited for.
  var isResting: Bool { state.readyCount == 0 && state.operationCount == 0 }

  /// For tests: whether no task, timer or host function is left.
  var isIdle: Bool { isResting && state.taskCount == 0 && state.timers.count == 0 && state.sleeper == nil }

  /// Runs the tasks that inputs of a session have left behind, while there are any.
  func driveBackground() async {
    await drive(background.driver) { background.children.isEmpty }
    background.driver.isDriven = false
  }

  private func drive(_ driver: TaskDriver, until isOver: () -> Bool) async {
    while !isOver() {
      if driver.flag.isSet, let main = driver.main, !main.isCancelled { state.cancel(main) }
      if let task = driver.next() {
        state.readyCount -= 1
        step(task)
        if !state.arriving.isEmpty { state.handOnArrivals() }
        if executor.hasWaiting { await Task.yield() }
      } else {
        await driver.wait(isolation: self)
      }
    }
  }

  /// Lets a task run until it ends, waits, or its slice is over.
  ///
  ///     step ── done ──► finish            preempted ──► behind the others in the queue
  ///       ▲ ├── error ─► finish            killed ─────► finish; it is never stepped again
  ///       └─┴── await ─► a Swift task awaits the host function; or the call has noted what to wait for
  private func step(_ task: LuaTask) {
    guard task.state == .ready else { return }
    if task.isCancelled || task.flag.isSet { return state.finish(task, .failure(Self.cancelled)) }
    guard let pointer = task.pointer ?? begin(task) else { return }
    let answer = task.answer
    task.answer = nil
    let code = state.encode(answer, for: task)
    task.state = .running
    state.current = task
    let status = clh_task_step(pointer, code)
    state.current = nil
    // Not before the step: the answer may refer to what only it held.
    withExtendedLifetime(answer) {}
    state.drain()
    switch Int(status) {
    case CLH_DONE: state.finish(task, Result { () throws(LuaError) in try state.results(of: task) })
    case CLH_PREEMPTED:
      state.makeReady(task)
      if !state.arriving.isEmpty { state.handOnArrival() }
    case CLH_AWAIT: if let pending = state.pending { begin(pending, for: task) }
    case CLH_KILLED: state.finish(task, .failure(state.end(of: task)))
    default: state.finish(task, .failure(state.error(of: task)))
    }
  }

  /// Gives a new task its coroutine, function and arguments.
  private func begin(_ task: LuaTask) -> OpaquePointer? {
    do {
      try state.makeCoroutine(of: task)
      guard let pointer = task.pointer, let start = task.start else { throw VMState.outOfMemory }
      guard clh_task_load_reference(pointer, start.function.reference.number) else { throw VMState.outOfMemory }
      try state.pass(start.arguments, to: task)
      task.start = nil
      return pointer
    } catch {
      let failure = error as? LuaError ?? LuaError(kind: .runtime, message: "\(error)", underlying: error)
      state.finish(task, .failure(failure))
      return nil
    }
  }

  /// How the results of a task leave it.
  enum Results {
    /// Copied; what cannot be copied is an error.
    case copies
    /// Copied; what cannot be copied is replaced by a short text.
    case lenient
    /// Tables as references, for other scripts of the same VM.
    case references
  }

  static var cancelled: LuaError { LuaError(kind: .cancelled, message: "cancelled") }

  /// Starts the Swift task that awaits the host function a Lua task has called.
  private func begin(_ pending: PendingCall, for task: LuaTask) {
    state.pending = nil
    let operation = HostOperation()
    state.operationCount += 1
    state.park(task, .operation(operation), caller: pending.arguments.caller)
    state.waitingCallCount += 1
    task.waitingCall = state.waitingCallCount
    task.callbackCount = 0
    operation.work =
      if let around = state.configuration.around {
        Self.operate(pending, for: task, on: self, around)
      } else if let arrivals = state.configuration.arrivals {
        Self.operate(pending, for: task, on: self, .answer(task.waitingCall), arrivals)
      } else {
        Self.operate(pending, for: task, on: self)
      }
  }

  /// Not isolated, so that the work begins on the shared threads. Task-local values and the priority are those of the run.
  private nonisolated static func operate(_ pending: PendingCall, for task: LuaTask, on vm: LuaVM) -> Task<Void, Never>
  {
    Task {
      let answer: LuaTask.Answer
      do {
        answer = .values(try await $caller.withValue(task) { try await pending.run(pending.arguments) })
      } catch {
        answer = .failure(error)
      }
      await vm.settle(task, answer)
    }
  }

  /// The same with something around the call. A function of its own, since ten thousand waits keep the frames of the one above.
  private nonisolated static func operate(
    _ pending: PendingCall, for task: LuaTask, on vm: LuaVM, _ around: @escaping Configuration.AroundCall
  ) -> Task<Void, Never> {
    let run = pending.run
    return operate(
      PendingCall(
        run: { arguments in try await around(arguments) { try await run(arguments) } }, arguments: pending.arguments),
      for: task, on: vm)
  }

  /// The same where somebody watches over what arrives.
  private nonisolated static func operate(
    _ pending: PendingCall, for task: LuaTask, on vm: LuaVM, _ arrival: LuaArrival, _ arrivals: any LuaArrivals
  ) -> Task<Void, Never> {
    Task {
      let answer: LuaTask.Answer
      do {
        answer = .values(try await $caller.withValue(task) { try await pending.run(pending.arguments) })
      } catch {
        answer = .failure(error)
      }
      await arrivals.wait(for: arrival)
      await vm.settle(task, answer, arrival)
    }
  }

  private func settle(_ task: LuaTask, _ answer: LuaTask.Answer, _ arrival: LuaArrival) {
    state.arrive(arrival) { [self] in settle(task, answer) }
  }

  /// A host function has ended.
  private func settle(_ task: LuaTask, _ answer: LuaTask.Answer) {
    state.operationCount -= 1
    if case .failure(let error as LuaError) = answer, error.endsRun, error.endedVM == nil || error.endedVM === handle {
      return state.finish(task, .failure(error))
    }
    state.wake(task, answer)
  }
}

extension LuaError {
  /// Whether it goes past every `pcall` of the tasks that wait for the one it ended.
  var endsRun: Bool {
    switch kind {
    case .exit, .limit: true
    default: false
    }
  }

  /// The error with the task it comes from named in its traceback.
  var withOrigin: LuaError {
    if origin == nil, related.isEmpty { return self }
    var error = self
    error.related = related.map(\.withOrigin)
    guard let origin else { return error }
    error.traceback += (traceback.isEmpty ? "" : "\n") + origin.lines
    error.origin = nil
    return error
  }
}

extension VMState {
  /// Gives a task its coroutine.
  /// - Throws: `LuaError` of kind `memory`.
  func makeCoroutine(of task: LuaTask) throws {
    drain()
    guard let pointer = clh_task_new(vm, task.flag.pointer) else { throw Self.outOfMemory }
    task.pointer = pointer
  }

  /// Writes an answer to the out buffer; the code tells the waiting call what it is.
  func encode(_ answer: LuaTask.Answer?, for task: LuaTask) -> Int32 {
    let caller = task.caller
    task.caller = nil
    switch answer {
    case nil: return Int32(CLH_RETURN)
    case .values(let values):
      do {
        try encode(values)
        return Int32(CLH_RETURN)
      } catch {
        encode(error: error, caller: caller, task: task)
      }
    case .failure(let error): encode(error: error, caller: caller, task: task)
    }
    return Int32(CLH_RAISE)
  }

  /// The results of a finished task.
  func results(of task: LuaTask) throws(LuaError) -> [LuaValue] {
    var values: UnsafePointer<clh_value>?
    var count: Int32 = 0
    let results = task.results
    let status = clh_task_results(task.pointer, results == .lenient, results == .references, &values, &count)
    guard status == Int32(CLH_DONE) else {
      var error = problem
      error.message = "a result cannot leave the VM: \(error.message)"
      throw error
    }
    return decode(values, count: Int(count))
  }
}
