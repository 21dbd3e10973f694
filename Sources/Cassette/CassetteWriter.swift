import Foundation
import Synchronization

/// Appends lines to a new file, each whole in the file before the call returns.
///
/// A process that ends at any moment leaves every line that was written; what the machine itself loses when it goes down is a second's.
public final class CassetteWriter: Sendable {
  private struct State {
    var descriptor: Int32
    /// The end of the last whole line.
    var length: Int64 = 0
    var syncedAt = ContinuousClock.now
    var failure: CassetteError?
  }

  public let path: String
  private let state: Mutex<State>

  /// Makes the file, for its owner alone.
  ///
  /// - Throws: ``CassetteError`` where there is one already, or none can be made.
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      let reason = errno
      guard reason == EEXIST else {
        throw CassetteError("The cassette '\(path)' cannot be made: \(String(cString: strerror(reason))).")
      }
      throw CassetteError(
        "The cassette '\(path)' exists already, and nothing is recorded over.", hint: "remove it, or take another name")
    }
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close() }

  /// Why nothing more is written; nil while all is well.
  public var failure: CassetteError? { state.withLock { $0.failure } }

  /// Writes a line. After a failure nothing more is written, and what was written stays readable.
  func write(_ line: String) {
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    state.withLock { state in
      guard state.failure == nil, state.descriptor >= 0 else { return }
      var written = 0
      while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes { Foundation.write(state.descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          let reason = String(cString: strerror(errno))
          state.failure = CassetteError(
            "The cassette '\(path)' could not be written to the end: \(reason).",
            hint: "what came before can be replayed")
          _ = ftruncate(state.descriptor, off_t(state.length))
          return
        }
        written += count
      }
      state.length += Int64(written)
      let now = ContinuousClock.now
      guard now - state.syncedAt > .seconds(1) else { return }
      state.syncedAt = now
      _ = fdatasync(state.descriptor)
    }
  }

  /// Ends the file and takes it away again.
  func discard() {
    let isOpen = state.withLock { $0.descriptor >= 0 }
    close()
    if isOpen { unlink(path) }
  }

  /// Ends the file.
  func close() {
    state.withLock { state in
      guard state.descriptor >= 0 else { return }
      _ = fdatasync(state.descriptor)
      _ = Foundation.close(state.descriptor)
      state.descriptor = -1
    }
  }
}
