import CZstd

/// Packs blocks of a disk into frames: header, zstd payload, zeros, end mark.
///
/// It holds a compression context, so one encoder serves one thread; frames of several encoders may go into one
/// ``ZVHD2Writer``.
final class ZVHD2FrameEncoder {
  /// The longest frame there is.
  static let maximumLength = Int(
    UInt64(ZVHD2Frame.headerLength + ZSTD_compressBound(ZVHD2Header.standardBlockSize) + 4)
      .roundedUp(to: UInt64(ZVHD2Frame.alignment)))

  private let context: OpaquePointer
  private let level: Int32
  private let blockSize = ZVHD2Header.standardBlockSize

  /// `level` is zstd's; with ``ConvertOptions/vendorLevel`` the bytes are those of the vendor's tool.
  init(level: Int32) throws {
    guard let context = ZSTD_createCCtx() else {
      throw DiskImageError(.io, "not enough memory for a zstd compressor")
    }
    self.context = context
    self.level = level
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// Puts the frame of `block` into `buffer`, at least ``maximumLength`` long, and returns its length.
  ///
  /// `bytes` must be a whole block.
  func encode(
    _ bytes: UnsafeRawBufferPointer, block: UInt32, into buffer: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    precondition(bytes.count == blockSize, "a frame holds a whole block of \(blockSize) bytes")
    let start = ZVHD2Frame.headerLength
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
    let written = ZSTD_compressCCtx(context, room.baseAddress, room.count, bytes.baseAddress, bytes.count, level)
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
    return length
  }
}
