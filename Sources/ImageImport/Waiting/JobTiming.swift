/// How long imports take, as far as it is known: what the intervals between questions follow.
public struct JobTiming: Sendable, Hashable {
  /// One import in ten takes no longer.
  public var early: Duration

  /// Half of the imports take no longer.
  public var median: Duration

  /// Whether that was measured; else it is a guess.
  public var isLearned: Bool

  public init(early: Duration, median: Duration, isLearned: Bool) {
    self.early = early
    self.median = median
    self.isLearned = isLearned
  }

  /// A guess from a median alone.
  public init(guess median: Duration) {
    self.init(early: median / 5, median: median, isLearned: false)
  }
}
