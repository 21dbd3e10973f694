import CloudAccess

/// How many requests a cloud's region gets, as a value: a token bucket with a share for each kind of call, slower after every 429.
///
/// Nobody documents the limits of the API, so the rate is learned: halved when the cloud says "too many", then ten percent of the
/// full rate more each minute. What a kind leaves unused may be used by the others, so that a share is a promise and no wall. All
/// moments are readings of one monotonic clock.
public struct RequestBudget: Sendable {
  /// The limits.
  public struct Policy: Sendable, Hashable {
    /// Requests a second when all is well.
    public var rate: Double

    /// How many may go at once after a rest.
    public var burst: Double

    /// What part of the rate a kind has for itself, in the order of ``RequestKind``.
    public var shares: [Double]

    /// The rate does not fall below this.
    public var minimumRate: Double

    /// What part of the full rate comes back in a minute.
    public var recovery: Double

    /// How many times faster the cloud's clock runs, for limits that the cloud tells.
    public var clockScale: Double

    public init(
      rate: Double = 5, burst: Double? = nil, shares: [Double] = [0.2, 0.6, 0.2], minimumRate: Double = 0.1,
      recovery: Double = 0.1, clockScale: Double = 1
    ) {
      precondition(
        shares.count == RequestKind.allCases.count && shares.allSatisfy { $0 > 0 },
        "there is a share for each kind of call")
      self.rate = max(rate, 0.01)
      // Twice a second's worth: 10 at the default of 5. Below five tokens a share would not hold one.
      self.burst = max(burst ?? self.rate * 2, 5)
      self.shares = shares
      self.minimumRate = min(minimumRate, self.rate)
      self.recovery = recovery
      self.clockScale = clockScale
    }

    /// The policy for a cloud whose clock runs faster.
    public func scaled(by scale: Double) -> Policy {
      guard scale > 1 else { return self }
      return Policy(
        rate: rate * scale, burst: burst * scale, shares: shares, minimumRate: minimumRate * scale, recovery: recovery,
        clockScale: clockScale * scale)
    }
  }

  public let policy: Policy

  /// Requests a second at present.
  public private(set) var rate: Double

  private var levels: [Double]
  private var spare = 0.0
  private var filledAt: Duration

  /// Before this nothing goes, because the cloud said so.
  public private(set) var pausedUntil: Duration
  private var slowedAt: Duration?

  /// A full bucket.
  public init(policy: Policy = Policy(), now: Duration = .zero) {
    self.policy = policy
    rate = policy.rate
    levels = policy.shares.map { $0 * policy.burst }
    filledAt = now
    pausedUntil = now
  }

  /// How long until a request of this kind may go; zero for at once.
  public mutating func delay(_ kind: RequestKind, now: Duration) -> Duration {
    fill(now)
    let pause = max(.zero, pausedUntil - now)
    let next = next(kind)
    if next.seconds == 0 { return pause }
    // A rest that rounds to nothing must not make a loop without a pause.
    return max(pause, .seconds(next.seconds), .microseconds(1))
  }

  /// When the next token for a kind is there, and whether it is one that the others leave.
  private func next(_ kind: RequestKind) -> (seconds: Double, isSpare: Bool) {
    func wait(_ level: Double, _ share: Double) -> Double {
      level >= 1 - RequestBudget.rounding ? 0 : share > 0 ? (1 - level) / (rate * share) : .infinity
    }
    let own = wait(levels[kind.rawValue], policy.shares[kind.rawValue])
    let others = wait(spare, overflow(besides: kind))
    return (min(own, others), others < own)
  }

  /// Takes the token of a request that goes now; false when there is none.
  public mutating func take(_ kind: RequestKind, now: Duration) -> Bool {
    guard delay(kind, now: now) == .zero else { return false }
    draw(kind)
    return true
  }

  /// Takes a token, if need be one of the future: for callers that sleep for the answer and then go.
  ///
  /// Whoever comes later gets a later moment, so calls go in the order in which they asked.
  public mutating func reserve(_ kind: RequestKind, now: Duration) -> Duration {
    let pause = delay(kind, now: now)
    draw(kind)
    return pause
  }

  /// Gives back a token that was taken for a request that was not made.
  public mutating func giveBack(_ kind: RequestKind) { levels[kind.rawValue] += 1 }

  /// The cloud said "too many".
  ///
  /// - Parameters:
  ///   - sentAt: when that request left. Answers to requests from before the last halving say nothing new.
  ///   - retryAfter: how long the cloud asks to wait.
  ///   - told: the limit the cloud named, `limit:N,time:1 second`, as requests a second of its own clock.
  ///   - now: the present moment.
  public mutating func throttled(sentAt: Duration, retryAfter: Duration?, told: Double?, now: Duration) {
    fill(now)
    if let retryAfter { pausedUntil = max(pausedUntil, now + retryAfter) }
    if let slowedAt, sentAt <= slowedAt { return }
    slowedAt = now
    rate = max(policy.minimumRate, min(rate / 2, (told ?? .infinity) * policy.clockScale))
    let full = policy.burst * rate / policy.rate
    for (index, share) in policy.shares.enumerated() { levels[index] = min(levels[index], max(1, share * full)) }
    spare = min(spare, 0)
  }

  /// Whether the rate is lower than it should be.
  public var isSlowed: Bool { rate < policy.rate }

  private mutating func draw(_ kind: RequestKind) {
    // Both may fall below zero: tokens of the future, which nobody else gets.
    if next(kind).isSpare { spare -= 1 } else { levels[kind.rawValue] -= 1 }
  }

  private static let rounding = 1e-9

  /// The part of the rate that flows over from other kinds, which have all they can hold.
  private func overflow(besides kind: RequestKind) -> Double {
    var part = 0.0
    for (index, share) in policy.shares.enumerated() where index != kind.rawValue && levels[index] >= capacity(share) {
      part += share
    }
    return part
  }

  private func capacity(_ share: Double) -> Double { max(1, share * policy.burst) }

  private mutating func fill(_ now: Duration) {
    guard now > filledAt else { return }
    let seconds = (now - filledAt).inSeconds
    filledAt = now
    var overflow = 0.0
    for (index, share) in policy.shares.enumerated() {
      let level = levels[index] + rate * share * seconds
      levels[index] = min(level, max(capacity(share), levels[index]))
      overflow += level - levels[index]
    }
    // Never more than the burst in all.
    let room = max(0, policy.burst - levels.reduce(0) { $0 + max(0, $1) })
    spare = min(spare + overflow, max(room, 0))
    if rate < policy.rate { rate = min(policy.rate, rate + policy.rate * policy.recovery * seconds / 60) }
  }
}
