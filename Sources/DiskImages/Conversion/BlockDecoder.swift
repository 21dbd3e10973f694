import CZlib
import CZstd

/// Unpacks payloads of frames; holds decompression contexts, so one decoder serves one thread.
final class BlockDecoder {
  private var zstd: OpaquePointer?
  private var zlib: ZlibStream?

  deinit {
    if let zstd { ZSTD_freeDCtx(zstd) }
  }

  /// Unpacks `payload` into `output` and returns the number of bytes, at most `output.count`.
  ///
  /// Takes what the format allows and other writers do: several zstd frames in a row, skippable ones, checksums, no
  /// content size; zlib streams that end in a sync flush and such that are finished. Throws `corrupt` for damage and
  /// for payloads with more than `output.count` bytes in them, unless only the start is wanted (`prefix`).
  func decode(
    _ payload: UnsafeRawBufferPointer, with compression: ZVHD2Header.Compression, block: UInt32,
    into output: UnsafeMutableRawBufferPointer, prefix: Bool = false
  ) throws -> Int {
    switch compression {
    case .zstd: try decodeZstd(payload, block, output, prefix)
    case .zlib: try decodeZlib(payload, block, output, prefix)
    }
  }

  private func decodeZstd(
    _ payload: UnsafeRawBufferPointer, _ block: UInt32, _ output: UnsafeMutableRawBufferPointer, _ prefix: Bool
  ) throws -> Int {
    if zstd == nil { zstd = ZSTD_createDCtx() }
    guard let zstd else { throw DiskImageError(.io, "not enough memory for a zstd decompressor") }
    if prefix { return try zstdPrefix(zstd, payload, block, output) }
    let count = ZSTD_decompressDCtx(zstd, output.baseAddress, output.count, payload.baseAddress, payload.count)
    guard ZSTD_isError(count) == 0 else {
      throw Self.damaged(block, "zstd", String(cString: ZSTD_getErrorName(count)))
    }
    return count
  }

  private func zstdPrefix(
    _ context: OpaquePointer, _ payload: UnsafeRawBufferPointer, _ block: UInt32,
    _ output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    // No block has more than 32 MiB, so a frame that wants a larger window is made to use up memory.
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 25)
    var input = ZSTD_inBuffer(src: payload.baseAddress, size: payload.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    while target.pos < target.size {
      let (before, used) = (target.pos, input.pos)
      let status = ZSTD_decompressStream(context, &target, &input)
      guard ZSTD_isError(status) == 0 else {
        throw Self.damaged(block, "zstd", String(cString: ZSTD_getErrorName(status)))
      }
      if target.pos == before, input.pos == used { break }
    }
    return target.pos
  }

  private func decodeZlib(
    _ payload: UnsafeRawBufferPointer, _ block: UInt32, _ output: UnsafeMutableRawBufferPointer, _ prefix: Bool
  ) throws -> Int {
    let stream = try zlib ?? ZlibStream()
    zlib = stream
    try stream.reset()
    let result = try stream.inflate(payload, into: output, block: block)
    guard prefix || result.inputUsedUp else {
      throw Self.damaged(block, "zlib", "more than \(output.count) bytes in it, or bytes behind its end")
    }
    return result.written
  }

  static func damaged(_ block: UInt32, _ codec: String, _ reason: String) -> DiskImageError {
    DiskImageError(
      .corrupt, "the data of block \(block) is damaged (\(codec): \(reason))", hint: "copy or make the image again")
  }
}
