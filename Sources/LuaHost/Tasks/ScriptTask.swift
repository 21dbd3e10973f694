import Synchronization

/// A spawned task as scripts see it: one Swift task that drives one Lua coroutine.
final class ScriptTask: Sendable {
  private struct Contents {
    var result: Result<[LuaValue], LuaError>?
    var isCancelled = false
    var isObserved = false
    var work: Task<Void, Never>?
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let contents = Mutex(Contents())

  /// Starts the work; called once.
  func start(in scope: TaskScope, _ body: @escaping @Sendable () async throws -> [LuaValue]) {
    let work = Task {
      let result: Result<[LuaValue], LuaError>
      do {
        result = .success(try await LuaVM.$scope.withValue(scope) { try await body() })
      } catch let error as LuaError {
        result = .failure(error)
      } catch {
        result = .failure(LuaError(kind: .runtime, message: "\(error)", underlying: error))
      }
      contents.withLock { contents in
        contents.result = result
        contents.work = nil
      }
      scope.finished(self, result)
      wakeWaiters()
    }
    let isCancelled = contents.withLock { contents in
      contents.work = work
      return contents.isCancelled
    }
    if isCancelled { work.cancel() }
  }

  private func wakeWaiters() {
    let waiters = contents.withLock { contents in
      defer { contents.waiters = [:] }
      return contents.waiters.values.map { $0 }
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Asks the task to end; it does at its next wait or instruction.
  func cancel() {
    let work = contents.withLock { contents in
      contents.isCancelled = true
      return contents.work
    }
    work?.cancel()
  }

  var isObserved: Bool { contents.withLock { $0.isObserved } }

  /// The failure, if nobody has awaited the task; a cancellation is none.
  var unobservedFailure: LuaError? {
    contents.withLock { contents in
      guard case .failure(let error)? = contents.result, !contents.isObserved, error.kind != .cancelled else {
        return nil
      }
      return error
    }
  }

  /// "running", "done", "failed" or "cancelled".
  var status: String {
    contents.withLock { contents in
      switch contents.result {
      case nil: "running"
      case .success: "done"
      case .failure(let error): error.kind == .cancelled ? "cancelled" : "failed"
      }
    }
  }

  /// Waits for the end, or for the waiting task to be cancelled, whichever comes first.
  private func endedOrCancelled() async {
    let id = contents.withLock { contents in
      contents.nextWaiter += 1
      return contents.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isPointless = contents.withLock { contents in
          // A cancelled waiter does not wait: its handler may have run already.
          if contents.result != nil || Task.isCancelled { return true }
          contents.waiters[id] = continuation
          return false
        }
        if isPointless { continuation.resume() }
      }
    } onCancel: {
      contents.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// The task's results.
  /// - Throws: The task's own error; `CancellationError` when the waiting task is cancelled.
  func value() async throws -> [LuaValue] {
    contents.withLock { $0.isObserved = true }
    await endedOrCancelled()
    guard let result = contents.withLock({ $0.result }) else { throw CancellationError() }
    if case .failure(let error) = result, error.kind == .cancelled { throw TaskCancelledError() }
    return try result.get()
  }
}

/// Raised in a task that awaits a cancelled one: an ordinary error there.
struct TaskCancelledError: ScriptError {
  var scriptMessage: String { "the awaited task was cancelled" }
  var scriptFields: [(String, LuaValue)] { [("kind", "cancelled")] }
}
