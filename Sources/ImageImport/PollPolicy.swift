import CloudAccess

/// How often a job is asked for, and how patiently.
public struct PollPolicy: Sendable, Hashable {
  /// From the submission to the first question.
  public var first: Duration

  /// What each pause is multiplied with to get the next.
  public var growth: Double

  /// No pause is shorter.
  public var minimum: Duration

  /// No pause is longer while the cloud answers.
  public var maximum: Duration

  /// No pause is longer while the cloud does not answer.
  public var degradedMaximum: Duration

  /// Pauses vary by this part of their length, up and down, so that many jobs do not ask at the same moment.
  public var jitter: Double

  /// How long after its submission a job may be unknown to the cloud.
  public var unknownJobGrace: Duration

  /// How often an image is looked up by name when a job succeeded without naming it.
  public var lookUpAttempts: Int

  /// How long a wait lasts when its caller says nothing.
  public var timeout: Duration

  public init(
    first: Duration = .seconds(5), growth: Double = 1.5, minimum: Duration = .seconds(2),
    maximum: Duration = .seconds(60), degradedMaximum: Duration = .seconds(300), jitter: Double = 0.1,
    unknownJobGrace: Duration = .seconds(60), lookUpAttempts: Int = 4, timeout: Duration = .seconds(86_400)
  ) {
    self.first = first
    self.growth = growth
    self.minimum = minimum
    self.maximum = maximum
    self.degradedMaximum = degradedMaximum
    self.jitter = jitter
    self.unknownJobGrace = unknownJobGrace
    self.lookUpAttempts = lookUpAttempts
    self.timeout = timeout
  }

  /// The policy for a cloud whose clock runs faster, such as the local one: pauses divided by the scale, limits unchanged.
  ///
  /// Pauses do not get shorter than a millisecond, which is about what one question takes.
  public func scaled(by scale: Double) -> PollPolicy {
    guard scale > 0 else { return self }
    var copy = self
    for path in [\PollPolicy.first, \.minimum, \.maximum, \.degradedMaximum] {
      copy[keyPath: path] = max(.milliseconds(1), self[keyPath: path] / scale)
    }
    return copy
  }

  /// The pause after so many answers; where the job's end is predicted, the next question is not put off beyond it.
  func pause(after answers: Int, remaining: Duration? = nil) -> Duration {
    var pause = max(first, minimum)
    for _ in 0..<min(answers, 100) where pause < maximum { pause = pause * growth }
    if let remaining { pause = min(pause, remaining) }
    return min(max(pause, minimum), maximum)
  }

  /// The pause after so many failures in a row.
  func pause(afterFailures failures: Int, retryAfter: Duration?) -> Duration {
    if let retryAfter { return max(retryAfter, minimum) }
    return min(degradedMaximum, max(first, minimum) * Double(1 << min(failures, 16)))
  }

  /// The pause varied by a random number from 0 to 1.
  func jittered(_ pause: Duration, _ random: Double) -> Duration { pause * (1 + jitter * (2 * random - 1)) }
}
