import Foundation
import Synchronization

/// The works of ``VirtualTime``: sleepers, holds and jumps.
final class VirtualClock: Sendable {
  private struct Sleeper {
    var due: Duration
    var id: Int
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var monotonic = Duration.zero
    var sleepers: [Sleeper] = []
    var cancelled: Set<Int> = []
    var holds = 0
    var lastID = 0
    var jumps = 0
    var hasEnded = false
    /// Counts whatever its users do, to notice that they still do something.
    var activity = 0
    /// The activity at which the clock waits for the process to rest, and since when.
    var waitingAt: (activity: Int, since: ContinuousClock.Instant)?

    /// A server that waits inside a call lets go of a hold that its client may end meanwhile, so the count can fall below 0 for a while.
    var mayJump: Bool { holds <= 0 && !sleepers.isEmpty && !hasEnded }
  }

  private let start: Date
  private let patience: Duration
  private let state = Mutex(State())

  init(start: Date, patience: Duration) {
    self.start = start
    self.patience = patience
  }

  var monotonic: Duration { state.withLock { $0.monotonic } }
  var now: Date { start.addingTimeInterval(monotonic.inSeconds) }
  var sleeperCount: Int { state.withLock { $0.sleepers.count } }
  var jumpCount: Int { state.withLock { $0.jumps } }

  func hold() {
    state.withLock { state in
      state.holds += 1
      state.activity += 1
    }
  }

  func release() {
    act { $0.holds -= 1 }
  }

  func end() {
    state.withLock { $0.hasEnded = true }
    VirtualClockDriver.shared.remove(self)
  }

  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    guard duration > .zero else { return await Task.yield() }
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = act { state in
          if state.cancelled.remove(id) != nil { return true }
          state.sleepers.append(Sleeper(due: state.monotonic + duration, id: id, continuation: continuation))
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = act { state -> Sleeper? in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
    state.withLock { state in _ = state.cancelled.remove(id) }
  }

  /// Changes the state for a user, and rings when the clock might jump now.
  private func act<Result>(_ change: (inout State) -> Result) -> Result {
    let (result, mayJump) = state.withLock { state in
      state.activity += 1
      let result = change(&state)
      return (result, state.mayJump)
    }
    if mayJump { VirtualClockDriver.shared.ring() }
    return result
  }

  // MARK: Jumping

  /// How much its users have done so far, when the clock may jump; nil when it may not.
  var readiness: Int? { state.withLock { $0.mayJump ? $0.activity : nil } }

  /// Whether its users have done nothing for so long that the clock goes although the process does not rest.
  func hasLostPatience(at readiness: Int) -> Bool {
    state.withLock { state in
      if state.waitingAt?.activity != readiness { state.waitingAt = (readiness, .now) }
      guard let since = state.waitingAt?.since else { return false }
      return since.duration(to: .now) > patience
    }
  }

  /// Goes on to the moment of the first sleeper and wakes it, unless somebody has done something since.
  func jump(ifStill activity: Int) {
    let sleeper = state.withLock { state -> Sleeper? in
      guard state.mayJump, state.activity == activity else { return nil }
      let next = state.sleepers.indices.min { left, right in
        (state.sleepers[left].due, state.sleepers[left].id) < (state.sleepers[right].due, state.sleepers[right].id)
      }
      guard let next else { return nil }
      let sleeper = state.sleepers.remove(at: next)
      state.monotonic = max(state.monotonic, sleeper.due)
      state.jumps += 1
      state.activity += 1
      return sleeper
    }
    sleeper?.continuation.resume()
  }
}
