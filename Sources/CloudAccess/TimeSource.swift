import Foundation

/// Where the time comes from, so that waiting can be tested without waiting.
public protocol TimeSource: Sendable {
  /// The wall clock, for dates in requests.
  var now: Date { get }
  /// Time since some fixed moment, never set back, for intervals.
  var monotonic: Duration { get }
  /// Returns after the duration has passed.
  ///
  /// - Throws: `CancellationError` as soon as the task is cancelled.
  func sleep(for duration: Duration) async throws
}
