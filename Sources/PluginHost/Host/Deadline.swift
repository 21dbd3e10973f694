import Synchronization

/// Runs something for so long and no longer, even when it does not react to being cancelled.
enum Deadline {
  struct Passed: Error {
    /// Whether it went on all the same when it was cancelled, and was left to itself.
    var isAbandoned: Bool
  }

  /// The time that cancelled work has to end.
  private static let grace = Duration.seconds(2)

  /// - Throws: ``Passed``, `CancellationError`, or what `body` throws.
  static func run<Result: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let race = Race<Result>()
    let work = Task {
      do {
        race.finish(.success(try await body()))
      } catch {
        race.finish(race.isLate ? .failure(Passed(isAbandoned: false)) : .failure(error))
      }
    }
    let watch = Task {
      try await Task.sleep(for: limit)
      race.setLate()
      work.cancel()
      try await Task.sleep(for: grace)
      race.finish(.failure(Passed(isAbandoned: true)))
    }
    defer { watch.cancel() }
    return try await withTaskCancellationHandler {
      try await race.value()
    } onCancel: {
      work.cancel()
      Task {
        try? await Task.sleep(for: grace)
        race.finish(.failure(CancellationError()))
      }
    }
  }

  /// The first result counts.
  private final class Race<Value: Sendable>: Sendable {
    private struct State {
      var result: Result<Value, any Error>?
      var waiter: CheckedContinuation<Value, any Error>?
      var isLate = false
    }

    private let state = Mutex(State())

    var isLate: Bool { state.withLock { $0.isLate } }
    func setLate() { state.withLock { $0.isLate = true } }

    func finish(_ result: Result<Value, any Error>) {
      let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
        guard state.result == nil else { return nil }
        state.result = result
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume(with: result)
    }

    func value() async throws -> Value {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state in
          if state.result == nil { state.waiter = continuation }
          return state.result
        }
        if let result { continuation.resume(with: result) }
      }
    }
  }
}
