import Synchronization

/// The tasks that a run has spawned: none outlives it.
final class TaskScope: Sendable {
  private struct Contents {
    var tasks: [ScriptTask] = []
    var isCancelled = false
    var exit: LuaError?
    var failure: LuaError?
    var cancelBody: (@Sendable () -> Void)?
  }

  private let contents = Mutex(Contents())
  /// Whether the first failure cancels the others.
  let failsFast: Bool
  /// Told about failures that nobody awaited, instead of keeping them for the end.
  private let report: (@Sendable (LuaError) -> Void)?

  init(failsFast: Bool = false, report: (@Sendable (LuaError) -> Void)? = nil) {
    self.failsFast = failsFast
    self.report = report
  }

  /// What `cancelAll` and an `os.exit` in a spawned task cancel besides the tasks.
  func attach(cancelBody: @escaping @Sendable () -> Void) {
    let isCancelled = contents.withLock { contents in
      contents.cancelBody = cancelBody
      return contents.isCancelled
    }
    if isCancelled { cancelBody() }
  }

  /// Starts a task that belongs to this scope.
  func spawn(_ function: LuaFunction, _ arguments: [LuaValue]) -> ScriptTask {
    let task = ScriptTask()
    let isCancelled = contents.withLock { contents in
      contents.tasks.append(task)
      return contents.isCancelled
    }
    task.start(in: self) { try await function.call(arguments) }
    if isCancelled { task.cancel() }
    return task
  }

  /// Called by each task when it is over.
  func finished(_ task: ScriptTask, _ result: Result<[LuaValue], LuaError>) {
    guard case .failure(let error) = result else { return remove(task) }
    if error.endsRun {
      contents.withLock { $0.exit = $0.exit ?? error }
      cancelAll()
      return remove(task)
    }
    if error.kind == .cancelled { return remove(task) }
    if failsFast {
      contents.withLock { $0.failure = $0.failure ?? error }
      cancelAll()
      return remove(task)
    }
    if let report {
      if !task.isObserved { report(error) }
      remove(task)
    }
    // Kept otherwise: the end of the run asks whether anybody observed the failure.
  }

  private func remove(_ task: ScriptTask) { contents.withLock { $0.tasks.removeAll { $0 === task } } }

  func cancelAll() {
    let (tasks, body) = contents.withLock { contents in
      contents.isCancelled = true
      return (contents.tasks, contents.cancelBody)
    }
    body?()
    for task in tasks { task.cancel() }
  }

  /// Waits for all tasks, also for those they spawn meanwhile; cancels them when the waiting task is cancelled.
  func join() async {
    await withTaskCancellationHandler {
      while let task = contents.withLock({ $0.tasks.first { !$0.isOver } }) { await task.ended() }
    } onCancel: {
      cancelAll()
    }
  }

  /// The `os.exit` or the passed limit of one of the tasks.
  var exit: LuaError? { contents.withLock { $0.exit } }

  /// The failure that cancelled the others, or else the first one that no script awaited.
  var firstFailure: LuaError? {
    let (failure, tasks) = contents.withLock { ($0.failure, $0.tasks) }
    return failure ?? tasks.lazy.compactMap(\.unobservedFailure).first
  }
}
