import CZlib

/// A zlib stream that is unpacked piece by piece.
final class ZlibStream {
  // zlib remembers the address of its state, so the state may not move.
  private let state: UnsafeMutablePointer<z_stream>

  init() throws {
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    let code = inflateInit_(state, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      state.deallocate()
      throw DiskImageError(.io, "zlib cannot start (code \(code))")
    }
  }

  deinit {
    inflateEnd(state)
    state.deallocate()
  }

  /// Begins a new stream.
  func reset() throws {
    guard inflateReset(state) == Z_OK else { throw DiskImageError(.io, "zlib cannot begin a stream") }
  }

  /// Unpacks the next piece until it is used up, `output` is full or the stream ends.
  func inflate(
    _ piece: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, block: UInt32
  ) throws -> (written: Int, inputUsedUp: Bool) {
    state.pointee.next_in = UnsafeMutablePointer(mutating: piece.bindMemory(to: UInt8.self).baseAddress)
    state.pointee.avail_in = UInt32(piece.count)
    state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    state.pointee.avail_out = UInt32(output.count)
    var code = Z_OK
    while code == Z_OK, state.pointee.avail_in > 0, state.pointee.avail_out > 0 {
      code = CZlib.inflate(state, Z_SYNC_FLUSH)
    }
    if code == Z_OK, state.pointee.avail_in > 0 {
      // The output is full: what follows may only be the end of the stream, which gives no more bytes.
      code = drain()
    }
    guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
      let reason = state.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw BlockDecoder.damaged(block, "zlib", reason)
    }
    return (output.count - Int(state.pointee.avail_out), state.pointee.avail_in == 0)
  }

  /// Lets zlib take the flush mark and the trailer behind the last byte of output.
  private func drain() -> Int32 {
    var spare: UInt8 = 0
    return withUnsafeMutablePointer(to: &spare) { pointer in
      state.pointee.next_out = pointer
      state.pointee.avail_out = 0
      var code = Z_OK
      while code == Z_OK, state.pointee.avail_in > 0 {
        code = CZlib.inflate(state, Z_SYNC_FLUSH)
      }
      return code
    }
  }
}
