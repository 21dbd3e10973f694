import CloudAccess
import Crypto
import NIOCore
import Synchronization

/// Counts and hashes a body while somebody else takes it.
final class StreamDigest: Sendable {
  private struct State {
    var hash = SHA256()
    var count: UInt64 = 0
    var isComplete = false
  }

  private let source: HTTPBodyStream
  private let state = Mutex(State())

  init(_ source: HTTPBodyStream) { self.source = source }

  /// The same bytes, counted on their way.
  var stream: HTTPBodyStream {
    HTTPBodyStream(length: source.length) { [self] in try await next() }
  }

  /// What is kept of the body: its length, and its hash if all of it was taken.
  var body: RecordedBody {
    state.withLock { state in
      let isComplete = state.isComplete || state.count == source.length
      return .omitted(length: source.length, hash: isComplete ? Hex.encode(state.hash.finalize()) : nil)
    }
  }

  private func next() async throws -> ByteBuffer? {
    let buffer = try await source.next()
    state.withLock { state in
      guard let buffer else {
        state.isComplete = true
        return
      }
      buffer.withUnsafeReadableBytes { state.hash.update(bufferPointer: $0) }
      state.count += UInt64(buffer.readableBytes)
    }
    return buffer
  }

  /// Takes all of the body, for nobody.
  func drain() async throws {
    while try await next() != nil { try Task.checkCancellation() }
  }
}
