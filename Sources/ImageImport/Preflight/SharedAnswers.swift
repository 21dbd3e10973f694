import CloudAccess
import Synchronization

/// Answers by key: asked once for all who want one at the same time, and kept for a while.
///
/// What was found is kept long, that there is nothing or that nobody answered only so long that many askers at once do not all ask. A
/// question that nobody waits for any more is cancelled.
final class SharedAnswers<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// How long answers are kept.
  struct Life: Sendable {
    var known: Duration
    var missing: Duration = .seconds(2)
    var failed: Duration = .seconds(2)
  }

  private struct Flight {
    var task: Task<PreflightAnswer<Value>, any Error>
    var waiters: Int
    var number: Int
  }

  private struct State {
    var kept: [Key: (answer: PreflightAnswer<Value>, since: Duration, until: Duration)] = [:]
    var flights: [Key: Flight] = [:]
    var number = 0
  }

  /// More kept answers than this are not worth their room; those that have ended go then.
  private static var room: Int { 10_000 }

  private let life: Life
  private let time: any TimeSource
  private let state = Mutex(State())

  init(life: Life, time: any TimeSource) {
    self.life = life
    self.time = time
  }

  /// The kept answer if it is no older than `age`, else the one that `ask` gives; and how old it is.
  ///
  /// - Throws: `CancellationError` when the caller is cancelled.
  func answer(
    to key: Key, noOlderThan age: Duration, _ ask: @escaping @Sendable () async throws -> Value
  ) async throws -> (answer: PreflightAnswer<Value>, age: Duration) {
    let now = time.monotonic
    let (kept, flight) = state.withLock { state -> ((PreflightAnswer<Value>, Duration)?, Flight?) in
      if let entry = state.kept[key], entry.until > now, now - entry.since <= age {
        return ((entry.answer, now - entry.since), nil)
      }
      if var flight = state.flights[key] {
        flight.waiters += 1
        state.flights[key] = flight
        return (nil, flight)
      }
      state.number += 1
      let number = state.number
      let flight = Flight(task: Task { await land(key, number, ask) }, waiters: 1, number: number)
      state.flights[key] = flight
      return (nil, flight)
    }
    if let kept { return kept }
    guard let flight else { throw CancellationError() }
    do {
      return (try await flight.task.cancellableValue(), .zero)
    } catch {
      leave(key, flight.number)
      throw error
    }
  }

  /// Forgets an answer, also one that is under way: whoever asks from now on gets a new one.
  func forget(_ key: Key) {
    state.withLock { state in
      state.kept[key] = nil
      state.flights[key] = nil
    }
  }

  private func land(
    _ key: Key, _ number: Int, _ ask: @Sendable () async throws -> Value
  ) async -> PreflightAnswer<Value> {
    let answer: PreflightAnswer<Value>
    let lasting: Duration
    do {
      answer = .known(try await ask())
      lasting = life.known
    } catch {
      let failure = PreflightFailure(wrapping: error)
      answer = .failed(failure)
      lasting = failure.isMissing ? life.missing : life.failed
    }
    let now = time.monotonic
    state.withLock { state in
      // Forgotten meanwhile: what it saw may be older than what made it forgotten.
      guard state.flights[key]?.number == number else { return }
      state.flights[key] = nil
      if Task.isCancelled { return }
      if state.kept.count >= Self.room { state.kept = state.kept.filter { $0.value.until > now } }
      if state.kept.count < Self.room { state.kept[key] = (answer, now, now + lasting) }
    }
    return answer
  }

  /// A caller no longer waits; the last one takes the question back.
  private func leave(_ key: Key, _ number: Int) {
    let task = state.withLock { state -> Task<PreflightAnswer<Value>, any Error>? in
      guard var flight = state.flights[key], flight.number == number else { return nil }
      flight.waiters -= 1
      state.flights[key] = flight.waiters > 0 ? flight : nil
      return flight.waiters > 0 ? nil : flight.task
    }
    task?.cancel()
  }
}
