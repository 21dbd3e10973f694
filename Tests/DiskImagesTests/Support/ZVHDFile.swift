import CZlib

@testable import DiskImages

/// Builds ZVHD files: frames of one zlib stream, between two copies of the header.
enum ZVHDFile {
  static func bytes(of disk: any ByteSource) throws -> [UInt8] {
    var header = ZVHD2Header(diskSize: disk.size, timestamp: 1, uuid: Array(0..<16))
    (header.cookie, header.version, header.blockSize, header.blockCount) = (Array("stream\0\0".utf8), 0, 0, 0)
    let padding = [UInt8](repeating: 0, count: ZVHD2Header.blockLength - ZVHD2Header.length)
    let size = ZVHD2Header.standardBlockSize
    var blocks: [(number: UInt32, bytes: [UInt8])] = []
    for number in 0..<Int(disk.size.dividedUp(by: UInt64(size))) {
      var bytes = try disk.read(at: UInt64(number * size), count: size)
      bytes += [UInt8](repeating: 0, count: size - bytes.count)
      if bytes.contains(where: { $0 != 0 }) { blocks.append((UInt32(number), bytes)) }
    }
    var body: [UInt8] = []
    for (block, packed) in zip(blocks, pack(blocks.map(\.bytes))) {
      body += ZVHD2File.frame(packed, block: block.number)
    }
    return header.encoded() + padding + body + header.encoded() + padding
  }

  /// One stream, with a flush behind each piece.
  private static func pack(_ pieces: [[UInt8]]) -> [[UInt8]] {
    var stream = z_stream()
    precondition(deflateInit_(&stream, 1, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    return pieces.map { piece in
      var input = piece
      var out = [UInt8](repeating: 0, count: piece.count + piece.count / 100 + 4096)
      let room = out.count
      input.withUnsafeMutableBufferPointer { source in
        out.withUnsafeMutableBufferPointer { target in
          stream.next_in = source.baseAddress
          stream.avail_in = UInt32(source.count)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          _ = deflate(&stream, Z_SYNC_FLUSH)
        }
      }
      return Array(out[..<(room - Int(stream.avail_out))])
    }
  }
}
