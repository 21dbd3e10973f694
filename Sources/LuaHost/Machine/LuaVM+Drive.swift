import CLuaHost

extension LuaVM {
  /// Steps a task to its end.
  ///
  ///     step ── done ──► results          preempted ──► others run, then step
  ///       ▲ ├── error ─► throw            killed ─────► throw; it is never stepped again
  ///       └─┴── await ─► `try await` the host function here, then step with its results or its error
  func drive(_ task: LuaTask, _ results: Results) async throws -> [LuaValue] {
    var answer = Int32(CLH_RETURN)
    while true {
      if task.flag.isSet { throw Self.cancelled }
      state.current = task
      let status = clh_task_step(task.pointer, answer)
      state.current = nil
      state.drain()  // not before the step: the answer may refer to what only the host function held
      switch Int(status) {
      case CLH_DONE: return try state.results(of: task, results)
      case CLH_PREEMPTED: await Task.yield()
      case CLH_AWAIT: answer = try await settle(task)
      case CLH_KILLED: throw state.end(of: task)
      default: throw state.error(of: task)
      }
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

  /// Awaits the host function a task has called, and leaves its results or its error for the next step.
  private func settle(_ task: LuaTask) async throws -> Int32 {
    guard let pending = state.pending else { throw LuaError(kind: .runtime, message: "nothing to wait for") }
    state.pending = nil
    do {
      let values = try await Self.$scope.withValue(task.scope) { try await pending.run(pending.arguments) }
      try state.encode(values)
      return Int32(CLH_RETURN)
    } catch {
      if task.flag.isSet { throw Self.cancelled }
      if let error = error as? LuaError, error.endsRun, error.endedVM == nil || error.endedVM === handle { throw error }
      state.encode(error: error, caller: pending.arguments.caller, task: task)
      return Int32(CLH_RAISE)
    }
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
}

extension VMState {
  /// The results of a finished task.
  func results(of task: LuaTask, _ results: LuaVM.Results) throws -> [LuaValue] {
    var values: UnsafePointer<clh_value>?
    var count: Int32 = 0
    let status = clh_task_results(task.pointer, results == .lenient, results == .references, &values, &count)
    guard status == Int32(CLH_DONE) else {
      var error = problem
      error.message = "a result cannot leave the VM: \(error.message)"
      throw error
    }
    return decode(values, count: Int(count))
  }
}
