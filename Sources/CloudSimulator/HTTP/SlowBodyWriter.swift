import HTTPTypes
import Hummingbird
import NIOCore

/// Passes a body on in small pieces with a pause after each.
struct SlowBodyWriter: ResponseBodyWriter {
  var next: any ResponseBodyWriter
  /// Bytes of a piece.
  let piece: Int
  /// Waits as long as so many bytes take.
  let pause: @Sendable (Int) async throws -> Void

  mutating func write(_ buffer: ByteBuffer) async throws {
    var rest = buffer
    while let slice = rest.readSlice(length: min(piece, rest.readableBytes)), slice.readableBytes > 0 {
      try await next.write(slice)
      try await pause(slice.readableBytes)
    }
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
    try await next.finish(trailingHeaders)
  }
}
