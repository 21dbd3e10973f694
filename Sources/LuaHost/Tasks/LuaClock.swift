/// The clock that scripts sleep by; injected, so that tests and simulations need not wait.
public protocol LuaClock: Sendable {
  /// The time since a moment that stays the same; it never goes back.
  var now: Duration { get }

  /// Waits until a time has come. A VM has at most one such call under way: that for its earliest deadline.
  /// - Throws: `CancellationError` when the surrounding task is cancelled. Any other error is raised in the scripts that sleep.
  func sleep(until deadline: Duration) async throws
}
