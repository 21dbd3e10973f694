import CloudAccess
import Synchronization

/// Lets bytes pass at a steady rate, shared by everything that sends.
///
/// Whoever wants to send books the next free span of time and waits for its beginning, so the rate holds over any stretch
/// longer than one booking, and those who wait are served in order.
public final class ByteRateLimiter: Sendable {
  /// Bytes a second.
  public let rate: UInt64
  private let time: any TimeSource
  private let free: Mutex<Duration>

  /// `rate` is in bytes a second and at least 1.
  public init(rate: UInt64, time: any TimeSource) {
    self.rate = max(1, rate)
    self.time = time
    free = Mutex(time.monotonic)
  }

  /// How much should be booked at once, in bytes: half a second's worth, but neither much less than a packet nor more than `most`.
  public func slice(atMost most: Int) -> Int {
    min(most, max(1024, Int(clamping: rate / 2)))
  }

  /// Returns when that many bytes may be sent.
  ///
  /// Throws `CancellationError` when the task is cancelled meanwhile.
  public func pass(_ count: Int) async throws {
    let now = time.monotonic
    let pause = free.withLock { free -> Duration in
      let begin = max(free, now)
      free = begin + .seconds(Double(count) / Double(rate))
      return begin - now
    }
    if pause > .zero { try await time.sleep(for: pause) }
  }
}
