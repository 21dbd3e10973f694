import CZstd

/// Packs one block of a disk into a frame: header, zstd payload, zeros, end mark.
///
/// It holds a compression context and a buffer, so one encoder serves one thread; frames of several encoders may go
/// into one ``ZVHD2Writer``.
final class ZVHD2FrameEncoder {
  /// What the vendor's tool uses; the same bytes come out.
  static let level: Int32 = 3

  private let context: OpaquePointer
  private let buffer: UnsafeMutableRawBufferPointer
  private let blockSize = ZVHD2Header.standardBlockSize

  init() throws {
    guard let context = ZSTD_createCCtx() else {
      throw DiskImageError(.io, "not enough memory for a zstd compressor")
    }
    self.context = context
    let payload = ZSTD_compressBound(blockSize)
    let frame = UInt64(ZVHD2Frame.headerLength + payload + 4).roundedUp(to: UInt64(ZVHD2Frame.alignment))
    buffer = .allocate(byteCount: Int(frame), alignment: 16)
  }

  deinit {
    ZSTD_freeCCtx(context)
    buffer.deallocate()
  }

  /// The frame of `block`, valid until the next call; `bytes` must be a whole block.
  func encode(_ bytes: UnsafeRawBufferPointer, block: UInt32) throws -> UnsafeRawBufferPointer {
    precondition(bytes.count == blockSize, "a frame holds a whole block of \(blockSize) bytes")
    let start = ZVHD2Frame.headerLength
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
    let written = ZSTD_compressCCtx(context, room.baseAddress, room.count, bytes.baseAddress, bytes.count, Self.level)
    guard ZSTD_isError(written) == 0 else {
      throw DiskImageError(.io, "zstd cannot compress block \(block): \(String(cString: ZSTD_getErrorName(written)))")
    }
    let frame = ZVHD2Frame(payloadLength: UInt32(written), block: block)
    let length = Int(frame.length)
    let end = start + written
    buffer[..<start].zero()
    buffer[..<ZVHD2Frame.prefix.count].copyBytes(from: ZVHD2Frame.prefix)
    buffer.storeBytes(of: frame.payloadLength.littleEndian, toByteOffset: 12, as: UInt32.self)
    buffer.storeBytes(of: frame.block.littleEndian, toByteOffset: 16, as: UInt32.self)
    buffer[end..<length - 4].zero()
    buffer[(length - 4)..<length].copyBytes(from: ZVHD2Frame.endMark)
    return UnsafeRawBufferPointer(rebasing: buffer[..<length])
  }
}
