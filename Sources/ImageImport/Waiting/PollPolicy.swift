import CloudAccess

/// How often a job is asked for, and how patiently.
///
/// The interval follows what is known about the time imports take (``JobTiming``): a quarter of what is left to the median, and after it
/// a tenth of the job's age. So a job of a minute is asked for every few seconds and one of ten hours once a minute.
public struct PollPolicy: Sendable, Hashable {
  /// From the submission to the first question, at least; also the shortest pause for a job that takes longer than usual.
  public var first: Duration

  /// What each pause is multiplied with to get the next, where nothing is known about the time it takes.
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

  /// How long imports take while that is not learned.
  public var guess: Duration

  /// From so many jobs on, lists of the images that are new show their ends.
  public var listsFrom: Int

  /// Between two lists, at least and at most.
  public var listMinimum: Duration
  public var listMaximum: Duration

  /// How many times faster the cloud's clock runs.
  public private(set) var clockScale = 1.0

  public init(
    first: Duration = .seconds(5), growth: Double = 1.5, minimum: Duration = .seconds(2),
    maximum: Duration = .seconds(60), degradedMaximum: Duration = .seconds(300), jitter: Double = 0.1,
    unknownJobGrace: Duration = .seconds(60), lookUpAttempts: Int = 4, timeout: Duration = .seconds(86_400),
    guess: Duration = .seconds(300), listsFrom: Int = 20, listMinimum: Duration = .milliseconds(250),
    listMaximum: Duration = .seconds(15)
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
    self.guess = guess
    self.listsFrom = listsFrom
    self.listMinimum = listMinimum
    self.listMaximum = listMaximum
  }

  /// The policy for a cloud whose clock runs faster, such as the local one: pauses divided by the scale, limits unchanged.
  ///
  /// Pauses do not get shorter than a millisecond, which is about what one question takes.
  public func scaled(by scale: Double) -> PollPolicy {
    guard scale > 0 else { return self }
    var copy = self
    for path in [\PollPolicy.first, \.minimum, \.maximum, \.degradedMaximum, \.guess] {
      copy[keyPath: path] = max(.milliseconds(1), self[keyPath: path] / scale)
    }
    // A list is larger than the answer for one job.
    copy.listMinimum = max(.milliseconds(20), listMinimum / scale)
    copy.listMaximum = max(.milliseconds(40), listMaximum / scale)
    copy.clockScale = clockScale * scale
    return copy
  }

  /// From the submission to the first question.
  func firstPause(_ timing: JobTiming) -> Duration { timing.isLearned ? max(first, timing.early / 2) : first }

  /// The pause before a job of this age is asked for again.
  ///
  /// Where its end is predicted, the next question comes then. `stretch` lengthens the pause, within
  /// the same limits.
  func pause(age: Duration, timing: JobTiming, remaining: Duration?, stretch: Double) -> Duration {
    if let remaining { return min(max(remaining, minimum), maximum) }
    guard age < timing.median else { return min(max(age * 0.1, first, minimum) * stretch, maximum) }
    var pause = min(max((timing.median - age) / 4, minimum), maximum)
    // A guess may be far too long: then no pause is longer than half of the time that has passed.
    if !timing.isLearned { pause = max(minimum, min(pause, max(first, age * 0.5))) }
    return min(pause * stretch, maximum)
  }

  /// The pause after so many answers, where nothing is known about the time it takes.
  func pause(after answers: Int) -> Duration {
    var pause = max(first, minimum)
    for _ in 0..<min(answers, 100) where pause < maximum { pause = pause * growth }
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
