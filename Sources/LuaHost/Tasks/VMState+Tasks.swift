import CLuaHost

extension VMState {
  /// The deepest nesting of groups, timeouts and the like: ending and cancelling go through them level by level.
  static let taskDepthLimit = 200

  /// What a task takes outside of Lua, about; counted against the memory limit, since scripts decide how many there are.
  static let taskSize = 1024

  /// Whether there is room for so many more tasks under the memory limit.
  /// - Throws: `LuaError` of kind `memory`.
  func checkRoom(forTasks count: Int = 1) throws {
    guard let limit = configuration.limits.memory else { return }
    if clh_memory_used(vm) + (taskCount + count) * Self.taskSize > limit { throw Self.outOfMemory }
  }

  /// Makes a task that belongs to a scope; it starts when its turn comes.
  /// - Throws: `ArgumentError` when everything else of the scope has ended already.
  func spawn(
    _ function: LuaFunction, _ arguments: [LuaValue], in scope: TaskScope, origin: TaskOrigin
  ) throws -> LuaTask {
    if scope.isOver { throw ArgumentError("the group has ended already") }
    try checkForeign(function)
    try checkRoom()
    taskCount += 1
    let task = LuaTask(
      handle: handle, driver: scope.driver, flag: scope.flag, results: .references, origin: origin,
      depth: scope.depth, scope: scope)
    task.start = (function, arguments)
    task.owner = .scope(scope, scope.children.add(task))
    task.isCancelled = scope.isCancelled
    makeReady(task)
    return task
  }

  /// Makes a task of a combination.
  func add(_ function: LuaFunction, _ arguments: [LuaValue] = [], item: Int = 0, to combination: Combination) {
    start(makeChild(function, arguments, of: combination, isGroup: false), item: item, in: combination)
  }

  /// The task of a function that a combination calls: a small run of its own, with a scope of its own.
  func makeChild(
    _ function: LuaFunction, _ arguments: [LuaValue], of combination: Combination, isGroup: Bool
  ) -> LuaTask {
    let waiter = combination.waiter
    taskCount += 1
    let flag = combination.isShield ? CancelFlag() ?? waiter.flag : waiter.flag
    let task = LuaTask(
      handle: handle, driver: waiter.driver, flag: flag, results: .references, origin: combination.origin,
      depth: waiter.depth + 1, scope: nil, isGroup: isGroup)
    task.start = (function, arguments)
    return task
  }

  func start(_ task: LuaTask, item: Int = 0, in combination: Combination) {
    task.owner = .combination(combination, combination.children.add(task), item: item)
    task.isCancelled = combination.waiter.isCancelled && !combination.isShield
    makeReady(task)
  }

  /// Puts a task behind those of its run that can go on.
  func makeReady(_ task: LuaTask) {
    task.state = .ready
    readyCount += 1
    task.driver.add(task)
  }

  private func checkForeign(_ function: LuaFunction) throws {
    guard function.reference.handle === handle else {
      throw ArgumentError("a function of another Lua VM cannot be used here")
    }
  }

  /// Lets the running task wait for a combination.
  /// - Throws: `ArgumentError` when combinations are nested too deeply.
  func combine(_ kind: Combination.Kind, for arguments: HostArguments) throws -> Combination {
    let task = try runningTask()
    try checkRoom()
    guard task.depth < Self.taskDepthLimit else {
      throw ArgumentError("'\(arguments.functionName)' is nested deeper than \(Self.taskDepthLimit) levels")
    }
    return Combination(kind, waiter: task, origin: origin(arguments))
  }

  /// The task in whose behalf a host function is being served.
  func runningTask() throws -> LuaTask {
    guard let current else { throw ArgumentError("there is no task here") }
    return current
  }

  /// Somebody awaits the task, so that its failure, if it is one, is seen.
  func observe(_ task: LuaTask) {
    task.isObserved = true
    guard let ticket = task.unobservedTicket else { return }
    task.unobservedTicket = nil
    taskCount -= 1
    task.scope?.unobserved.remove(ticket)
  }

  /// What is said of the tasks that a call makes.
  func origin(_ arguments: HostArguments) -> TaskOrigin {
    let parent = current?.origin
    if let last = lastOrigin, last.isSame(arguments.functionName, arguments.caller, parent) { return last }
    let origin = TaskOrigin(arguments.functionName, at: arguments.caller, in: parent)
    lastOrigin = origin
    return origin
  }

  /// The running task stops here; `wake` lets it go on with an answer.
  func park(_ task: LuaTask, _ wait: LuaTask.Wait, caller: LuaCaller?) {
    task.wait = wait
    task.caller = caller
    task.state = .waiting
  }

  func wake(_ task: LuaTask, _ answer: LuaTask.Answer) {
    guard task.state == .waiting else { return }
    task.wait = .nothing
    task.answer = answer
    makeReady(task)
  }

  // MARK: ending

  /// The function of a task has ended, or it never ran; it is over when what it spawned has ended too.
  func finish(_ task: LuaTask, _ result: Result<[LuaValue], LuaError>) {
    task.state = .ending
    task.wait = .nothing
    if let pointer = task.pointer {
      task.pointer = nil
      let outer = current
      current = task  // `__close` handlers may call host functions
      clh_task_free(pointer)
      current = outer
    }
    task.start = nil
    task.answer = nil
    task.rethrown = nil
    drain()
    var result = result
    if case .failure(var error) = result {
      error.origin = task.origin
      result = .failure(error)
      if error.endsRun && (error.endedVM == nil || error.endedVM === handle) { endRun(of: task, error) }
      if task.ownsScope, let scope = task.scope {
        if error.kind != .cancelled { scope.failures.append(error) }
        cancelAll(scope)
      }
    }
    task.body = result
    task.state = .joining
    if let scope = task.ownsScope ? task.scope : nil, !scope.children.isEmpty { return }
    conclude(task, result)
  }

  private func endRun(of task: LuaTask, _ error: LuaError) {
    guard let main = task.driver.main else { return }
    task.driver.exit = task.driver.exit ?? error
    cancel(main, evenShielded: true)
    if main !== task, main.state == .over { return }
  }

  /// Everything of the task has ended.
  private func conclude(_ task: LuaTask, _ body: Result<[LuaValue], LuaError>) {
    var result = body
    task.body = nil
    if case .nobody = task.owner {} else { taskCount -= 1 }
    if task.ownsScope, let scope = task.scope {
      scope.isOver = true
      result = outcome(of: scope, body)
    }
    task.result = result
    task.state = .over
    switch result {
    case .success: task.status = .done
    case .failure(let error): task.status = error.kind == .cancelled ? .cancelled : .failed
    }
    let waiters = task.waiters.all
    task.waiters = TaskList()
    for waiter in waiters { wake(waiter, answer(result)) }
    switch task.owner {
    case .nobody: task.driver.wake()
    case .scope(let scope, let ticket): ended(task, result, in: scope, ticket)
    case .combination(let combination, let ticket, let item): ended(result, in: combination, ticket, item: item)
    }
    task.owner = .nobody
  }

  /// The result of a task that owns a scope, with what went wrong in the scope.
  private func outcome(of scope: TaskScope, _ body: Result<[LuaValue], LuaError>) -> Result<[LuaValue], LuaError> {
    var failures = scope.failures
    if !scope.failsFast { failures += scope.unobserved.all.compactMap(\.failure) }
    for task in scope.unobserved.all { task.unobservedTicket = nil }
    taskCount -= scope.unobserved.count
    scope.unobserved = TaskList()
    scope.failures = []
    if case .failure(var error) = body, error.kind == .cancelled || error.endsRun, !scope.failsFast {
      if !error.endsRun { error.related += failures }
      return .failure(error)
    }
    guard var first = failures.first else { return body }
    first.related += failures.dropFirst()
    return .failure(first)
  }

  /// What a call that waited for a task gives to the script.
  func answer(_ result: Result<[LuaValue], LuaError>) -> LuaTask.Answer {
    switch result {
    case .success(let values): .values(values)
    case .failure(let error): .failure(error.kind == .cancelled ? TaskCancelledError() : error)
    }
  }

  private func ended(
    _ task: LuaTask, _ result: Result<[LuaValue], LuaError>, in scope: TaskScope, _ ticket: TaskList.Ticket
  ) {
    scope.children.remove(ticket)
    if case .failure(let error) = result, error.kind != .cancelled {
      if scope.failsFast {
        scope.failures.append(error)
        cancelAll(scope)
        if let owner = scope.owner { cancel(owner) }
      } else if let report = scope.report {
        if !task.isObserved { report(error.withOrigin) }
      } else if !task.isObserved {
        task.unobservedTicket = scope.unobserved.add(task)
        taskCount += 1
      }
    }
    guard scope.children.isEmpty else { return }
    if let owner = scope.owner {
      if owner.state == .joining, let body = owner.body { conclude(owner, body) }
    } else {
      scope.driver.wake()
    }
  }

  private func ended(
    _ result: Result<[LuaValue], LuaError>, in combination: Combination, _ ticket: TaskList.Ticket, item: Int
  ) {
    combination.children.remove(ticket)
    switch combination.kind {
    case .one, .shield: combination.outcome = result
    case .race:
      if combination.outcome == nil {
        combination.outcome = result
        cancelAll(combination)
      } else if case .failure(let error) = result, error.kind != .cancelled {
        combination.related.append(error)
      }
    case .map:
      switch result {
      case .success(let values): combination.results[item] = values.first ?? .nil
      case .failure(let error):
        if combination.outcome == nil {
          combination.outcome = result
          cancelAll(combination)
        } else if error.kind != .cancelled {
          combination.related.append(error)
        }
      }
      startMore(combination)
    }
    if combination.children.isEmpty { conclude(combination) }
  }

  /// Starts as many calls of a `map` as may run.
  func startMore(_ combination: Combination) {
    guard case .map(let function, let items, let limit) = combination.kind, combination.outcome == nil,
      !combination.waiter.isCancelled
    else { return }
    while combination.next < items.count, combination.children.count < limit {
      let item = combination.next
      combination.next += 1
      add(function, [items[item], .integer(Int64(item + 1))], item: item, to: combination)
    }
  }

  private func conclude(_ combination: Combination) {
    if let timer = combination.timer { removeTimer(timer) }
    combination.timer = nil
    var outcome = combination.outcome ?? .success([.list(combination.results)])
    if case .failure(var error) = outcome {
      error.related += combination.related
      outcome = .failure(error)
    }
    var answer = answer(outcome)
    if combination.isTimedOut, let limit = combination.limit {
      var isFailure = false
      if case .failure(let error) = outcome { isFailure = error.kind != .cancelled }
      if !isFailure { answer = .failure(TimeoutError(limit: limit)) }
    }
    wake(combination.waiter, answer)
  }

  // MARK: cancelling

  /// Asks a task to end: at once if it has not started, at the next instruction if it runs, else when what it waits for lets it.
  func cancel(_ task: LuaTask, evenShielded: Bool = false) {
    if task.state == .over { return }
    let isFirst = !task.isCancelled
    task.isCancelled = true
    if task.ownsScope, let scope = task.scope { cancelAll(scope, evenShielded: evenShielded) }
    switch task.state {
    case .running: if let pointer = task.pointer { clh_task_kill(pointer) }
    case .waiting: cancelWait(of: task, evenShielded: evenShielded, isFirst: isFirst)
    case .new, .ready, .ending, .joining, .over: break
    }
  }

  private func cancelWait(of task: LuaTask, evenShielded: Bool, isFirst: Bool) {
    switch task.wait {
    case .nothing: break
    case .time(let timer):
      removeTimer(timer)
      wake(task, .values([]))
    case .task(let other, let ticket):
      other.waiters.remove(ticket)
      wake(task, .values([]))
    case .combination(let combination):
      if !combination.isShield || evenShielded { cancelAll(combination, evenShielded: evenShielded) }
    case .operation(let operation): if isFirst { operation.work?.cancel() }
    }
  }

  func cancelAll(_ scope: TaskScope, evenShielded: Bool = false) {
    scope.isCancelled = true
    for task in scope.children.all { cancel(task, evenShielded: evenShielded) }
  }

  private func cancelAll(_ combination: Combination, evenShielded: Bool = false) {
    for task in combination.children.all { cancel(task, evenShielded: evenShielded) }
  }

  /// Whether `task` can end only after `end` has: then `end` would wait for itself if it awaited `task`.
  func mustOutlive(_ task: LuaTask, _ end: LuaTask) -> Bool {
    var seen: Set<ObjectIdentifier> = []
    // A race or a timeout may end what it owns, but not the other way round: from an awaiting task it is no certain obstacle.
    var open = [(task: end, isOwned: true)]
    while let (next, isOwned) = open.popLast() {
      if next === task { return true }
      guard seen.insert(ObjectIdentifier(next)).inserted else { continue }
      open += next.waiters.all.map { ($0, false) }
      switch next.owner {
      case .nobody: break
      case .scope(let scope, _): if let owner = scope.owner { open.append((owner, isOwned)) }
      case .combination(let combination, _, _):
        if isOwned || !combination.endsEarly { open.append((combination.waiter, isOwned)) }
      }
    }
    return false
  }
}

extension LuaTask {
  var failure: LuaError? {
    if case .failure(let error)? = result { error } else { nil }
  }
}
