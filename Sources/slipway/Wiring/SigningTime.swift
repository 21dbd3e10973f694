import CloudAccess
import Foundation

/// A clock that jumps, but whose date is the real one: a cloud refuses requests that are signed hours ahead of its own time.
struct SigningTime: TimeSource {
  private let time: any TimeSource

  init(_ time: any TimeSource) { self.time = time }

  var now: Date { Date() }
  var monotonic: Duration { time.monotonic }
  func sleep(for duration: Duration) async throws { try await time.sleep(for: duration) }
  func hold() { time.hold() }
  func release() { time.release() }
}
