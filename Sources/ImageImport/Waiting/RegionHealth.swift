/// Decides what is said about a cloud that answers badly: when it begins, how long it lasts, and when it is over.
///
/// A thousand jobs that wait meet the same trouble, and one message is enough. It comes at the first failure and whenever the trouble has
/// lasted twice as long as at the message before; right after a recovery a single failure is not worth one.
public struct RegionHealth: Sendable {
  /// Something to tell.
  public enum Notice: Sendable, Equatable {
    case degraded(reason: String, lasting: Duration)
    case recovered(after: Duration)
  }

  private let step: Duration
  private var failingSince: Duration?
  private var isTold = false
  private var nextNotice = Duration.zero
  private var recoveredAt: Duration?

  /// `step` is the time from the first message to the second, 10 s on a clock that runs like ours.
  public init(step: Duration = .seconds(10)) {
    self.step = step
  }

  /// Whether the last answer was a bad one.
  public var isDegraded: Bool { failingSince != nil }

  /// A question was answered badly or not at all.
  public mutating func failed(_ reason: String, now: Duration) -> Notice? {
    let since = failingSince ?? now
    if failingSince == nil {
      failingSince = now
      isTold = false
      nextNotice = recoveredAt.map { now - $0 < step * 3 } == true ? now + step / 2 : now
    }
    guard now >= nextNotice else { return nil }
    isTold = true
    nextNotice = now + max(step, now - since)
    return .degraded(reason: reason, lasting: now - since)
  }

  /// A question was answered well.
  public mutating func succeeded(now: Duration) -> Notice? {
    guard let since = failingSince else { return nil }
    failingSince = nil
    guard isTold else { return nil }
    recoveredAt = now
    return .recovered(after: now - since)
  }
}
