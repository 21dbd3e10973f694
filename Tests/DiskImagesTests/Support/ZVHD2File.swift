import CZlib
import CZstd

@testable import DiskImages

/// Builds ZVHD2 files piece by piece, in ways the vendor's tool never writes but reads.
struct ZVHD2File {
  static let blockSize = ZVHD2Header.standardBlockSize

  /// A frame with the given payload, as long as the format wants it.
  static func frame(_ payload: [UInt8], block: UInt32, alignment: Int = 4096) -> [UInt8] {
    var out = LittleEndianBytes(count: 48)
    out.put(ZVHD2Frame.prefix, at: 0)
    out.put(UInt32(payload.count), at: 12)
    out.put(block, at: 16)
    let length = (48 + payload.count + 4 + alignment - 1) / alignment * alignment
    return out.bytes + payload + [UInt8](repeating: 0xEE, count: length - 52 - payload.count) + ZVHD2Frame.endMark
  }

  /// Header, `body`, header, then the tables and the last header, changed as the test likes.
  static func file(
    diskSize: UInt64, body: [UInt8], entries: [(offset: UInt64, block: UInt32, length: UInt32)], stored: [UInt32],
    blockSize: Int = ZVHD2File.blockSize, change: (inout ZVHD2Header) -> Void = { _ in }
  ) -> [UInt8] {
    var header = ZVHD2Header(diskSize: diskSize, timestamp: 1, uuid: Array(0..<16))
    header.blockSize = UInt32(blockSize)
    header.blockCount = UInt32(diskSize.dividedUp(by: UInt64(blockSize)))
    let padding = [UInt8](repeating: 0xAB, count: 4096 - 512)
    var bytes = header.encoded() + padding + body + header.encoded() + padding
    header.storedBlocks = UInt32(stored.count)
    header.indexPosition = UInt64(bytes.count)
    var index = LittleEndianBytes(count: (entries.count * 16 + 4095) / 4096 * 4096)
    for (number, entry) in entries.enumerated() {
      index.put(entry.offset, at: number * 16)
      index.put(entry.block, at: number * 16 + 8)
      index.put(entry.length, at: number * 16 + 12)
    }
    bytes += index.bytes
    header.bitmapPosition = UInt64(bytes.count)
    var bitmap = [UInt8](repeating: 0, count: (Int(header.blockCount) + 32767) / 32768 * 4096)
    for block in stored { bitmap[Int(block / 8)] |= 1 << UInt8(block % 8) }
    bytes += bitmap
    change(&header)
    return bytes + header.encoded() + padding
  }

  /// A file whose one block 0 has this payload.
  static func oneBlock(_ payload: [UInt8], compression: ZVHD2Header.Compression = .zstd) -> [UInt8] {
    let frame = frame(payload, block: 0)
    return file(
      diskSize: UInt64(blockSize), body: frame, entries: [(4096, 0, UInt32(frame.count))], stored: [0]
    ) { $0.compressionByte = compression.rawValue }
  }

  static func zstd(_ bytes: [UInt8], level: Int32 = 3, checksum: Bool = false, contentSize: Bool = true) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, contentSize ? 1 : 0)
    var out = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = ZSTD_compress2(context, &out, out.count, bytes, bytes.count)
    precondition(ZSTD_isError(count) == 0)
    return Array(out[..<count])
  }

  /// A zlib stream, finished or ended by a sync flush.
  static func zlib(_ bytes: [UInt8], finished: Bool) -> [UInt8] {
    var input = bytes
    var out = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 4096)
    var stream = z_stream()
    precondition(deflateInit_(&stream, 1, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    let room = out.count
    input.withUnsafeMutableBufferPointer { source in
      out.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        _ = deflate(&stream, finished ? Z_FINISH : Z_SYNC_FLUSH)
      }
    }
    return Array(out[..<(room - Int(stream.avail_out))])
  }
}
