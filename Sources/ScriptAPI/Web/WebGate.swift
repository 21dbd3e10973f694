import Synchronization

/// Lets a VM have so many HTTP requests under way, and answers of so many bytes; the others wait their turn.
///
/// An answer is held outside of the VM until it is whole, where the VM's own limit of memory does not count it.
public final class WebGate: Sendable {
  fileprivate struct Waiter {
    var id: Int
    var bytes: Int
    var continuation: CheckedContinuation<Void, any Error>
  }

  fileprivate struct State {
    var requests: Int
    var bytes: Int
    var nextID = 0
    /// First come, first served.
    var waiters: [Waiter] = []
    /// Those that were cancelled before they could wait.
    var cancelled: Set<Int> = []
  }

  private let limit: Int
  private let state: Mutex<State>

  /// A gate for at most `requests` at a time, whose answers may have `bytes` bytes together.
  public init(requests: Int, bytes: Int) {
    limit = bytes
    state = Mutex(State(requests: requests, bytes: bytes))
  }

  /// Runs a request whose answer may have so many bytes as soon as there is room for it; one that is larger than all the room goes alone.
  func pass<Result>(bytes: Int, _ body: () async throws -> Result) async throws -> Result {
    let bytes = min(bytes, limit)
    try await enter(bytes)
    defer { leave(bytes) }
    return try await body()
  }

  private func enter(_ bytes: Int) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if state.waiters.isEmpty, state.take(bytes) { return .success(()) }
          state.waiters.append(Waiter(id: id, bytes: bytes, continuation: continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let (waiter, next) = state.withLock { state -> (Waiter?, [Waiter]) in
        guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return (nil, [])
        }
        return (state.waiters.remove(at: index), state.admit())
      }
      waiter?.continuation.resume(throwing: CancellationError())
      for waiter in next { waiter.continuation.resume() }
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func leave(_ bytes: Int) {
    let next = state.withLock { state in
      state.requests += 1
      state.bytes += bytes
      return state.admit()
    }
    for waiter in next { waiter.continuation.resume() }
  }
}

extension WebGate.State {
  fileprivate mutating func take(_ wanted: Int) -> Bool {
    guard requests > 0, bytes >= wanted else { return false }
    requests -= 1
    bytes -= wanted
    return true
  }

  /// Those who have waited longest and now have room.
  fileprivate mutating func admit() -> [WebGate.Waiter] {
    var count = 0
    while count < waiters.count, take(waiters[count].bytes) { count += 1 }
    defer { waiters.removeFirst(count) }
    return Array(waiters.prefix(count))
  }
}
