import CLuaHost

extension VMState {
  /// Why a task was killed, and where it was then.
  func end(of task: LuaTask) -> LuaError {
    var error = LuaVM.cancelled
    switch Int(clh_task_kill_reason(task.pointer)) {
    case CLH_KILL_EXIT:
      let code = clh_task_exit_code(task.pointer)
      error = LuaError(kind: .exit(code), message: "the script ended itself with status \(code)")
    case CLH_KILL_LIMIT:
      let kind = LuaLimits.Kind(number: clh_task_limit(task.pointer))
      error = LuaError(kind: .limit(kind), message: configuration.limits.exhausted(kind) ?? "a limit is used up")
      var place = clh_error()
      clh_task_place(task.pointer, &place)
      if place.line > 0, let source = place.source {
        error.source = fullName(String(cString: source))
        error.line = Int(place.line)
      }
      error.traceback = Self.text(place.traceback, place.traceback_length)
    default: break
    }
    error.endedVM = handle
    return error
  }
}

extension LuaLimits.Kind {
  init(number: Int32) {
    switch Int(number) {
    case CLH_LIMIT_BURST_INSTRUCTIONS: self = .burstInstructions
    case CLH_LIMIT_RUNNING_TIME: self = .runningTime
    case CLH_LIMIT_BURST_TIME: self = .burstTime
    case CLH_LIMIT_OUTPUT: self = .output
    default: self = .instructions
    }
  }
}

extension clh_limits {
  /// Takes the limits over; C's 0 means none, so that a limit of nothing becomes the smallest. To be called once what may cross is
  /// set.
  mutating func set(_ limits: LuaLimits) {
    memory = limits.memory.map { max($0, 1) } ?? 0
    instructions = Self.count(limits.instructions)
    burst_instructions = Self.count(limits.burstInstructions)
    running_time = Self.nanoseconds(limits.runningTime)
    burst_time = Self.nanoseconds(limits.burstTime)
    output = Self.count(limits.output)
    // What crosses is held outside of Lua meanwhile: it may take as much as Lua may, at most. A value takes some 64 bytes.
    if let memory = limits.memory {
      bytes = min(bytes, max(memory, 1))
      values = min(values, max(memory / 64, 1024))
    }
  }

  private static func count(_ limit: Int?) -> UInt64 { limit.map { UInt64(max($0, 1)) } ?? 0 }

  /// Saturates: no script runs for three centuries.
  private static func nanoseconds(_ limit: Duration?) -> Int64 {
    guard let limit else { return 0 }
    let (seconds, attoseconds) = limit.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? 1 : .max }
    return max(whole.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue, 1)
  }
}
