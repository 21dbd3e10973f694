import Foundation

/// A clock on which hours pass in no time: when everybody who could act waits, it jumps to the moment the next sleeper is due.
///
/// It stands still while anything is under way: an exchange with a server between ``hold()`` and ``release()``, or a thread of this process
/// that runs or could run. So what happens between two sleeps takes no time at all, and a test of a day of waiting gives the same
/// result in every run.
///
/// What it cannot see is a wait for something outside the process, or for a real timer, that nobody holds the clock for: then time goes on
/// meanwhile. And where the process never comes to rest, since other work goes on in it, the clock goes on once none of its own users
/// has touched it for ``patience``.
public final class VirtualTime: TimeSource {
  let core: VirtualClock

  /// A clock that shows `now` and goes as soon as somebody sleeps on it.
  ///
  /// Without a patience of its own it has half a minute, or 20 ms where the system does not tell which threads run.
  public init(now: Date = Date(timeIntervalSince1970: 1_705_307_400), patience: Duration? = nil) {
    let usual: Duration = ProcessRest.isKnown ? .seconds(30) : .milliseconds(20)
    core = VirtualClock(start: now, patience: patience ?? usual)
    VirtualClockDriver.shared.add(core)
  }

  deinit { core.end() }

  public var now: Date { core.now }
  public var monotonic: Duration { core.monotonic }

  /// How many tasks sleep on this clock.
  public var sleeperCount: Int { core.sleeperCount }

  /// How often the clock has jumped.
  public var jumpCount: Int { core.jumpCount }

  public func sleep(for duration: Duration) async throws { try await core.sleep(for: duration) }
  public func hold() { core.hold() }
  public func release() { core.release() }
}
