import CloudAccess
import NIOCore
import Synchronization

/// The bytes of one part on their way to the network, slice by slice, at most as fast as the limit says.
enum PartBody {
  /// How much is read and handed over at once: little enough to stay in a core's cache, and eight in flight are 4 MiB.
  static let slice = 512 << 10

  /// A part of a source that can be read anywhere.
  static func stream(
    _ part: UploadPart, of source: any RandomAccessUploadSource, limiter: ByteRateLimiter?, meter: UploadMeter
  ) -> HTTPBodyStream {
    let state = Mutex((done: UInt64(0), turn: 0, buffers: [ByteBuffer(), ByteBuffer()]))
    let most = limiter?.slice(atMost: slice) ?? slice
    return HTTPBodyStream(length: part.size) {
      let done = state.withLock { $0.done }
      let count = Int(min(UInt64(most), part.size - done))
      guard count > 0 else { return nil }
      try await limiter?.pass(count)
      // Two buffers take turns; one that the network still holds is replaced, the other used again.
      let buffer = try state.withLock { state in
        state.turn = 1 - state.turn
        state.buffers[state.turn].clear(minimumCapacity: most)
        let read = try state.buffers[state.turn].writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
          try source.read(
            at: part.offset + done, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
        }
        guard read == count else { throw shorter(source) }
        state.done += UInt64(count)
        return state.buffers[state.turn]
      }
      meter.sent(count, of: part.number)
      return buffer
    }
  }

  /// A part that is held in memory.
  static func stream(
    _ number: Int, bytes: [UInt8], limiter: ByteRateLimiter?, meter: UploadMeter
  ) -> HTTPBodyStream {
    let offset = Mutex(0)
    let most = limiter?.slice(atMost: slice) ?? slice
    return HTTPBodyStream(length: UInt64(bytes.count)) {
      let range = offset.withLock { offset in
        let range = offset..<min(offset + most, bytes.count)
        offset = range.upperBound
        return range
      }
      guard !range.isEmpty else { return nil }
      try await limiter?.pass(range.count)
      meter.sent(range.count, of: number)
      return ByteBuffer(bytes: bytes[range])
    }
  }

  static func shorter(_ source: any UploadSource) -> CloudError {
    CloudError(
      kind: .conflict, message: "\(source.name) has become shorter while it was uploaded.",
      hint: "upload it again when nothing writes to it any more")
  }
}
