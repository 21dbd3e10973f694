import CloudAccess
import Synchronization

/// Counts the bytes of all parts under way and tells about them, five times a second at most.
final class UploadMeter: Sendable {
  private struct State {
    var stored: UInt64
    var parts: Int
    var total: UInt64?
    var flights: [Int: UInt64] = [:]
    var sent: UInt64 = 0
    var rate = TransferRate()
    var toldAt: Duration?
  }

  private let time: any TimeSource
  private let observe: @Sendable (UploadEvent) -> Void
  private let state: Mutex<State>

  init(
    total: UInt64?, stored: UInt64, parts: Int, time: any TimeSource, observe: @escaping @Sendable (UploadEvent) -> Void
  ) {
    self.time = time
    self.observe = observe
    state = Mutex(State(stored: stored, parts: parts, total: total))
  }

  /// How many bytes were sent, also those in vain.
  var sentBytes: UInt64 { state.withLock { $0.sent } }

  /// Bytes of a part were handed to the network.
  func sent(_ count: Int, of part: Int) {
    tell { state in
      state.sent += UInt64(count)
      state.flights[part, default: 0] += UInt64(count)
    }
  }

  /// A part begins, or begins again: what was sent of it before counts no more.
  func begun(_ part: Int) { state.withLock { $0.flights[part] = 0 } }

  func failed(_ part: Int) { tell { $0.flights[part] = nil } }

  func stored(_ part: StoredPart) {
    tell(always: true) { state in
      state.flights[part.number] = nil
      state.stored += part.size
      state.parts += 1
    }
  }

  /// The size turned out.
  func ended(at total: UInt64) { state.withLock { $0.total = total } }

  private func tell(always: Bool = false, _ change: (inout State) -> Void) {
    let now = time.monotonic
    let progress = state.withLock { state -> UploadProgress? in
      change(&state)
      let isDue = always || (state.toldAt.map { now - $0 >= .milliseconds(200) } ?? true)
      guard isDue else { return nil }
      state.toldAt = now
      let done = state.stored + state.flights.values.reduce(0, +)
      state.rate.add(done, at: now)
      return UploadProgress(
        done: done, stored: state.stored, total: state.total, parts: state.parts, underWay: state.flights.count,
        bytesPerSecond: state.rate.bytesPerSecond,
        remaining: state.total.flatMap { $0 >= done ? state.rate.remaining($0 - done) : nil })
    }
    if let progress { observe(.progress(progress)) }
  }
}
