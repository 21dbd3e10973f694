/// The clock of the machine, which goes on while the machine sleeps.
public struct SystemLuaClock: LuaClock {
  private static let start = ContinuousClock.now

  /// Longer waits are made of several: the system's timers count nanoseconds in 64 bits.
  private static let longest = Duration.seconds(86_400)

  /// Makes the clock.
  public init() {}

  public var now: Duration { ContinuousClock.now - Self.start }

  public func sleep(until deadline: Duration) async throws {
    while true {
      let now = now
      if deadline <= now { return try Task.checkCancellation() }
      try await Task.sleep(until: Self.start + min(deadline, now + Self.longest), clock: .continuous)
    }
  }
}
