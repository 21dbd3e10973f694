/// How patiently a submission is tried.
public struct SubmissionPolicy: Sendable, Hashable {
  /// How often an import that certainly was not sent is tried in all.
  public var unsentAttempts: Int

  /// The pause after the first attempt that was not sent; it doubles each time.
  public var unsentDelay: Duration

  /// The pause after the first "too many"; it doubles each time up to ``throttledDelayCap``. A `Retry-After` wins.
  public var throttledDelay: Duration
  public var throttledDelayCap: Duration

  /// How long room in the cloud is waited for in all.
  public var throttledLimit: Duration

  public init(
    unsentAttempts: Int = 4, unsentDelay: Duration = .seconds(1), throttledDelay: Duration = .seconds(5),
    throttledDelayCap: Duration = .seconds(60), throttledLimit: Duration = .seconds(3600)
  ) {
    self.unsentAttempts = unsentAttempts
    self.unsentDelay = unsentDelay
    self.throttledDelay = throttledDelay
    self.throttledDelayCap = throttledDelayCap
    self.throttledLimit = throttledLimit
  }

  /// The policy for a cloud whose clock runs faster: every pause divided by the scale, limits unchanged.
  public func scaled(by scale: Double) -> SubmissionPolicy {
    guard scale > 0 else { return self }
    var copy = self
    copy.unsentDelay = unsentDelay / scale
    copy.throttledDelay = throttledDelay / scale
    copy.throttledDelayCap = throttledDelayCap / scale
    return copy
  }
}
