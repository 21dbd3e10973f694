/// How long the session goes on repeating an idempotent call: exponential back-off with full jitter.
public struct RetrySchedule: Sendable, Hashable {
  /// The most sends of one call, the first included.
  public var attempts: Int
  /// The upper bound of the first pause; it doubles with every attempt.
  public var base: Duration
  /// The upper bound no pause exceeds, except one the cloud asks for.
  public var longestPause: Duration
  /// The time after which no further attempt begins, counted from the first send.
  public var total: Duration

  public init(
    attempts: Int = 5, base: Duration = .milliseconds(500), longestPause: Duration = .seconds(20),
    total: Duration = .seconds(120)
  ) {
    self.attempts = attempts
    self.base = base
    self.longestPause = longestPause
    self.total = total
  }

  /// The pause before the next attempt, or `nil` to give up.
  ///
  /// `attempt` counts the sends so far, `elapsed` the time since the first, `random` is in 0..<1. A pause the cloud
  /// asks for is the least, and its jitter comes on top, so that clients told the same do not come back together.
  public func pause(
    afterAttempt attempt: Int, elapsed: Duration, retryAfter: Duration?, random: Double
  ) -> Duration? {
    guard attempt < attempts else { return nil }
    let doubled = base * (1 << min(attempt - 1, 20))
    let jittered = min(doubled, longestPause) * random
    let pause = retryAfter.map { $0 + min(jittered, base) } ?? jittered
    return elapsed + pause <= total ? pause : nil
  }
}
