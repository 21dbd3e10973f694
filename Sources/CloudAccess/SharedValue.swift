import Synchronization

/// A value that is made when first needed, once for all who ask meanwhile, and kept until it is no longer usable.
final class SharedValue<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var flight: Task<Value, any Error>?
  }

  private let state = Mutex(State())

  /// The kept value if it is usable, else the one that `make` returns; concurrent callers share one `make`.
  ///
  /// A cancelled caller leaves at once; the others go on waiting.
  func value(
    where isUsable: (Value) -> Bool = { _ in true }, make: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let (kept, flight) = state.withLock { state -> (Value?, Task<Value, any Error>?) in
      if let value = state.value, isUsable(value) { return (value, nil) }
      if let flight = state.flight { return (nil, flight) }
      let flight = Task { try await self.land(make) }
      state.flight = flight
      return (nil, flight)
    }
    if let kept { return kept }
    guard let flight else { throw CancellationError() }
    return try await flight.cancellableValue()
  }

  /// The value last made, usable or not.
  var kept: Value? { state.withLock { $0.value } }

  /// Forgets the kept value if it is the one meant, so that the next caller makes another.
  func forget(where isMeant: (Value) -> Bool) {
    state.withLock { state in
      if let value = state.value, isMeant(value) { state.value = nil }
    }
  }

  private func land(_ make: @Sendable () async throws -> Value) async throws -> Value {
    do {
      let value = try await make()
      state.withLock { $0 = State(value: value, flight: nil) }
      return value
    } catch {
      state.withLock { $0.flight = nil }
      throw error
    }
  }
}

extension Task where Failure == any Error {
  /// The task's value, or `CancellationError` as soon as the caller, not this task, is cancelled.
  package func cancellableValue() async throws -> Success {
    let waiter = Waiter<Success>()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiter.start(continuation)
        Task<Void, Never> { waiter.finish(await self.result) }
      }
    } onCancel: {
      waiter.cancel()
    }
  }
}

/// Resumes one continuation once, with whichever result comes first, even before the continuation is there.
private final class Waiter<Value: Sendable>: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Value, any Error>?
    var early: Result<Value, any Error>?
    var isDone = false
  }

  private let state = Mutex(State())

  func start(_ continuation: CheckedContinuation<Value, any Error>) {
    let early = state.withLock { state in
      if state.early == nil { state.continuation = continuation }
      return state.early
    }
    if let early { continuation.resume(with: early) }
  }

  func cancel() {
    finish(.failure(CancellationError()))
  }

  func finish(_ result: Result<Value, any Error>) {
    let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
      if state.isDone { return nil }
      state.isDone = true
      if state.continuation == nil { state.early = result }
      return state.continuation
    }
    continuation?.resume(with: result)
  }
}
