import Synchronization

/// The tasks that a run has spawned: none outlives it.
final class TaskScope: Sendable {
  private struct Contents {
    var running: [ObjectIdentifier: ScriptTask] = [:]
    /// Kept until the end of the run, which asks whether anybody has observed them.
    var failed: [ScriptTask] = []
    var isCancelled = false
    var joining: [CheckedContinuation<Void, Never>] = []
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
      contents.running[ObjectIdentifier(task)] = task
      return contents.isCancelled
    }
    task.start(in: self) { try await function.callKeepingTables(arguments) }
    if isCancelled { task.cancel() }
    return task
  }

  /// Called by each task when it is over, its result being set.
  func finished(_ task: ScriptTask, _ result: Result<[LuaValue], LuaError>) {
    if case .failure(let error) = result { failed(task, error) }
    let joining = contents.withLock { contents in
      contents.running[ObjectIdentifier(task)] = nil
      if !contents.running.isEmpty { return [] as [CheckedContinuation<Void, Never>] }
      defer { contents.joining = [] }
      return contents.joining
    }
    for waiter in joining { waiter.resume() }
  }

  private func failed(_ task: ScriptTask, _ error: LuaError) {
    if error.endsRun {
      contents.withLock { $0.exit = $0.exit ?? error }
      cancelAll()
    } else if error.kind == .cancelled {
      return
    } else if failsFast {
      contents.withLock { $0.failure = $0.failure ?? error }
      cancelAll()
    } else if let report {
      if !task.isObserved { report(error) }
    } else {
      contents.withLock { $0.failed.append(task) }
    }
  }

  func cancelAll() {
    let (tasks, body) = contents.withLock { contents in
      contents.isCancelled = true
      return (Array(contents.running.values), contents.cancelBody)
    }
    body?()
    for task in tasks { task.cancel() }
  }

  /// Waits for all tasks, also for those they spawn meanwhile; cancels them when the waiting task is cancelled.
  func join() async {
    await withTaskCancellationHandler {
      while contents.withLock({ !$0.running.isEmpty }) {
        await withCheckedContinuation { continuation in
          let isIdle = contents.withLock { contents in
            if !contents.running.isEmpty { contents.joining.append(continuation) }
            return contents.running.isEmpty
          }
          if isIdle { continuation.resume() }
        }
      }
    } onCancel: {
      cancelAll()
    }
  }

  /// The `os.exit` or the passed limit of one of the tasks.
  var exit: LuaError? { contents.withLock { $0.exit } }

  /// The failure that cancelled the others, or else the first one that no script awaited.
  var firstFailure: LuaError? {
    let (failure, failed) = contents.withLock { ($0.failure, $0.failed) }
    return failure ?? failed.lazy.compactMap(\.unobservedFailure).first
  }
}
