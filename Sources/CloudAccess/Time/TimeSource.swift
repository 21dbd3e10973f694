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
  /// Says that work is under way which takes no time of this clock, such as an exchange with a server; ``release()`` ends it.
  ///
  /// A clock that jumps ahead when everybody sleeps must not do so meanwhile. Clocks that pass by themselves do nothing.
  func hold()
  /// Ends what ``hold()`` began.
  func release()
}

extension TimeSource {
  public func hold() {}
  public func release() {}
}
