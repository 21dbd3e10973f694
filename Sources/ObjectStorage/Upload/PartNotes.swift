import Crypto
import Synchronization

/// What is known about a part that is sent while it is made.
final class PartNotes: Sendable {
  private struct State {
    var done: UInt64 = 0
    var digest = Insecure.MD5()
    var checkpoint: [UInt8]?
  }

  private let state = Mutex(State())

  /// How many bytes were handed out.
  var done: UInt64 { state.withLock { $0.done } }

  /// The MD5 of those bytes.
  var digest: [UInt8] { state.withLock { Array($0.digest.finalize()) } }

  /// Where the source stands behind the part, when all of it was handed out.
  var checkpoint: [UInt8]? {
    get { state.withLock { $0.checkpoint } }
    set { state.withLock { $0.checkpoint = newValue } }
  }

  func add(_ bytes: [UInt8]) {
    state.withLock { state in
      state.done += UInt64(bytes.count)
      state.digest.update(data: bytes)
    }
  }
}
