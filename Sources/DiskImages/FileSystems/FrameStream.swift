import CZlib
import CZstd

/// One compressed block of a ZVHD2 file, unpacked from its start as far as was needed so far.
final class FrameStream {
  /// Compressed bytes that are read at a time where each is fetched; elsewhere the whole frame is.
  private static let distantStep = 131_072

  private let entry: ZVHD2IndexEntry
  private let block: UInt32
  private let blockSize: Int
  private let isZstd: Bool
  private var frame: ZVHD2Frame?
  private var used: UInt64 = 0
  private var output: [UInt8]
  private var written = 0
  private var zstd: OpaquePointer?
  private var zlib: ZlibStream?

  init(_ entry: ZVHD2IndexEntry, block: UInt32, _ compression: ZVHD2Header.Compression, blockSize: Int) throws {
    self.entry = entry
    self.block = block
    self.blockSize = blockSize
    isZstd = compression == .zstd
    output = [UInt8](repeating: 0, count: blockSize)
    if isZstd {
      guard let context = ZSTD_createDCtx() else {
        throw DiskImageError(.io, "not enough memory for a zstd decompressor")
      }
      ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 25)
      zstd = context
    } else {
      zlib = try ZlibStream()
    }
  }

  deinit {
    if let zstd { ZSTD_freeDCtx(zstd) }
  }

  /// The bytes of the block from `start` to `end`, reading no more of the frame than that takes.
  func bytes(_ start: Int, _ end: Int, of source: any ByteSource, cost: inout ReadCost) throws -> [UInt8] {
    let frame = try self.frame ?? readHead(source, &cost)
    self.frame = frame
    let length = UInt64(frame.payloadLength)
    while written < end, used < length {
      let count = Int(min(length - used, source.isDistant ? UInt64(Self.distantStep) : length))
      let piece = try source.readExactly(
        at: entry.offset + UInt64(ZVHD2Frame.headerLength) + used, count: count, what: "the data of block \(block)")
      cost.add(count)
      used += UInt64(count)
      try unpack(piece)
    }
    return Array(output[start..<end])
  }

  private func readHead(_ source: any ByteSource, _ cost: inout ReadCost) throws -> ZVHD2Frame {
    let head = try source.readExactly(
      at: entry.offset, count: ZVHD2Frame.headerLength, what: "the frame of block \(block)")
    cost.add(head.count)
    let frame = try ZVHD2Frame(parsing: head, at: entry.offset)
    guard frame.block == block || entry.block == block, frame.payloadLength > 0,
      UInt64(frame.payloadLength) <= ZVHD2Frame.maximumPayload(blockSize: blockSize)
    else { throw BlockDecoder.damaged(block, "frame", "another block, or of an impossible length") }
    return frame
  }

  private func unpack(_ piece: [UInt8]) throws {
    let room = blockSize - written
    guard room > 0 else { return }
    let start = written
    written += try piece.withUnsafeBytes { packed in
      try output.withUnsafeMutableBytes { target in
        let rest = UnsafeMutableRawBufferPointer(rebasing: target[start...])
        if let zlib { return try zlib.inflate(packed, into: rest, block: block).written }
        return try unpackZstd(packed, rest)
      }
    }
  }

  private func unpackZstd(_ packed: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let zstd else { return 0 }
    var input = ZSTD_inBuffer(src: packed.baseAddress, size: packed.count, pos: 0)
    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
    while output.pos < output.size {
      let (before, taken) = (output.pos, input.pos)
      let status = ZSTD_decompressStream(zstd, &output, &input)
      guard ZSTD_isError(status) == 0 else {
        throw BlockDecoder.damaged(block, "zstd", String(cString: ZSTD_getErrorName(status)))
      }
      if output.pos == before, input.pos == taken { break }
    }
    return output.pos
  }
}
