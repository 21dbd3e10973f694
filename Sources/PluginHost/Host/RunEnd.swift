import Synchronization

/// Until when the plugins of a session may go on once its run is over; nothing before that.
final class RunEnd: Sendable {
  private let moment = Mutex<ContinuousClock.Instant?>(nil)

  /// From now on so long.
  func begin(_ limit: Duration) { moment.withLock { $0 = .now + limit } }

  /// What is left for a call that has until `own`; nil for one without any limit.
  func left(until own: ContinuousClock.Instant?) -> Duration? {
    [own, moment.withLock { $0 }].compactMap(\.self).min().map { max(.zero, ContinuousClock.now.duration(to: $0)) }
  }
}
