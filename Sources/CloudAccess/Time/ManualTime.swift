import Foundation
import Synchronization

/// A clock that stands still until it is told to advance.
///
/// Advancing wakes the sleepers whose time has come, in the order of their due times, and lets other tasks run
/// between one and the next, so that what a woken task puts to sleep again inside the advanced span also wakes.
public final class ManualTime: TimeSource {
  private struct Sleeper {
    var due: Duration
    var id: Int
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: Date
    var monotonic = Duration.zero
    var nextID = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<Int> = []
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>

  public init(now: Date = Date(timeIntervalSince1970: 1_705_307_400)) {
    state = Mutex(State(now: now))
  }

  public var now: Date { state.withLock { $0.now } }
  public var monotonic: Duration { state.withLock { $0.monotonic } }

  /// The number of tasks asleep on this clock.
  public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// How long until the next sleeper is due; `nil` when nobody sleeps.
  public var nextDue: Duration? {
    state.withLock { state in state.sleepers.map(\.due).min().map { $0 - state.monotonic } }
  }

  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    guard duration > .zero else { return await Task.yield() }
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (isCancelled, ready) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
          if state.cancelled.remove(id) != nil { return (true, []) }
          state.sleepers.append(Sleeper(due: state.monotonic + duration, id: id, continuation: continuation))
          let ready = state.watchers.filter { $0.count <= state.sleepers.count }.map(\.continuation)
          state.watchers.removeAll { $0.count <= state.sleepers.count }
          return (false, ready)
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        for watcher in ready { watcher.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
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

  /// Moves the clock, waking sleepers on the way.
  public func advance(by duration: Duration) async {
    let target = monotonic + duration
    while true {
      await letOthersRun()
      let sleeper = state.withLock { state -> Sleeper? in
        guard
          let next = state.sleepers.indices.min(by: { left, right in
            (state.sleepers[left].due, state.sleepers[left].id) < (state.sleepers[right].due, state.sleepers[right].id)
          }), state.sleepers[next].due <= target
        else {
          Self.move(&state, to: target)
          return nil
        }
        Self.move(&state, to: state.sleepers[next].due)
        return state.sleepers.remove(at: next)
      }
      guard let sleeper else { break }
      sleeper.continuation.resume()
    }
    await letOthersRun()
  }

  /// Returns once at least that many tasks are asleep on this clock.
  public func waitForSleepers(_ count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isReady { continuation.resume() }
    }
  }

  private static func move(_ state: inout State, to target: Duration) {
    guard target > state.monotonic else { return }
    let step = target - state.monotonic
    state.monotonic = target
    state.now += step.inSeconds
  }

  /// Lets woken tasks run until they wait again. Yielding alone would not do when every core is busy, so a real
  /// millisecond is given as well.
  private func letOthersRun() async {
    for _ in 0..<10 { await Task.yield() }
    try? await Task.sleep(for: .milliseconds(1))
    for _ in 0..<10 { await Task.yield() }
  }
}
