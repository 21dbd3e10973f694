import CloudAccess
import LuaHost

/// The session's time as the clock of its scripts, so that a virtual one moves both.
struct SessionClock: LuaClock {
  let time: any TimeSource

  var now: Duration { time.monotonic }

  func sleep(until deadline: Duration) async throws {
    try await time.sleep(for: max(.zero, deadline - time.monotonic))
  }
}
