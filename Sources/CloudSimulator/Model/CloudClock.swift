import Foundation

/// The time of the cloud: real time from an anchor on, passing `scale` times as fast.
///
/// Jobs and images live by it. Signatures and tokens do not, because clients compare those with their own clocks.
struct CloudClock: Sendable, Equatable {
  /// Seconds of cloud time in a real second.
  let scale: Double
  /// Real moment at which the cloud showed `cloudAnchor`.
  let realAnchor: Date
  /// Cloud time at `realAnchor`.
  private(set) var cloudAnchor: Date

  /// A clock that goes on where an earlier run stopped.
  ///
  /// While no cloud ran, time passed at its natural speed: at scale 1 the cloud's time is the real one, and a scaled cloud
  /// keeps the lead it had gained.
  init(scale: Double, now: Date, resuming last: (real: Date, cloud: Date)? = nil) {
    self.scale = scale
    realAnchor = now
    if let last {
      let away = max(0, now.timeIntervalSince(last.real))
      cloudAnchor = max(now, last.cloud.addingTimeInterval(away))
    } else {
      cloudAnchor = now
    }
  }

  /// Cloud time at a real moment.
  func cloud(at real: Date) -> Date {
    cloudAnchor.addingTimeInterval(real.timeIntervalSince(realAnchor) * scale)
  }

  /// Jumps ahead.
  mutating func advance(by seconds: Double) {
    cloudAnchor.addTimeInterval(seconds)
  }
}
