import Foundation

/// The time of this machine.
public struct SystemTime: TimeSource {
  public init() {}

  public var now: Date { Date() }

  public var monotonic: Duration {
    let clock = ContinuousClock.now
    return Self.start.duration(to: clock)
  }

  public func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }

  private static let start = ContinuousClock.now
}
