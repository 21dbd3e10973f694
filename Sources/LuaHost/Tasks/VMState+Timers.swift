import CLuaHost

extension VMState {
  func addTimer(after duration: Duration, _ action: LuaTimer.Action) -> LuaTimer {
    let deadline = configuration.clock.now + duration
    let timer = timers.add(deadline: configuration.arrivals?.due(timers.nextOrder, deadline) ?? deadline, action)
    armSleeper()
    return timer
  }

  func removeTimer(_ timer: LuaTimer) {
    timers.remove(timer)
    if timers.first == nil { armSleeper() }  // else the sleeper wakes too early at most
  }

  /// Sees to it that one Swift task sleeps until the earliest deadline.
  func armSleeper() {
    guard let first = timers.first else {
      sleeper?.task.cancel()
      sleeper = nil
      return
    }
    if let sleeper, sleeper.deadline <= first.deadline { return }
    sleeper?.task.cancel()
    let (clock, handle, deadline) = (configuration.clock, handle, first.deadline)
    sleeper = (
      deadline,
      Task.detached {
        var failure: (any Error)?
        do { try await clock.sleep(until: deadline) } catch { failure = error }
        if Task.isCancelled { return }
        await handle.vm?.wokeUp(at: deadline, failure)
      }
    )
  }

  /// Lets everything go on that is due.
  func fireTimers(at now: Duration, _ failure: (any Error)? = nil) {
    while let timer = timers.popDue(at: now) {
      switch timer.action {
      case .wake(let task):
        arrive(.timer(timer.order)) { [self] in
          // Cancelled meanwhile, it may wait for something else by now.
          guard case .time(let own) = task.wait, own === timer else { return }
          wake(task, failure.map { .failure($0) } ?? .values([]))
        }
      case .timeOut(let combination):
        configuration.arrivals?.arrived(.timer(timer.order))
        combination.timer = nil
        combination.isTimedOut = true
        for task in combination.children.all { cancel(task) }
      }
    }
  }

  /// Time has passed while a script runs that cannot be made to wait: only a timeout can end it. Touches no Lua state.
  func tick() {
    if let first = timers.first, first.deadline <= configuration.clock.now { fireTimers(at: configuration.clock.now) }
  }
}

extension LuaVM {
  /// The sleeper has slept until a deadline, or its clock has failed.
  func wokeUp(at deadline: Duration, _ failure: (any Error)?) {
    guard state.sleeper?.deadline == deadline else { return }
    state.sleeper = nil
    // What the clock has waited for has come, even if it now claims an earlier time.
    state.fireTimers(at: max(deadline, configuration.clock.now), failure)
    state.armSleeper()
  }
}
