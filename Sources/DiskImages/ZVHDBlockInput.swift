/// The disk in a ZVHD file.
final class ZVHDBlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { max(reader.header.currentSize, diskSize) }
  var bytesRead: UInt64 { reader.bytesRead }
  private let reader: ZVHDReader
  private var nextBlock = 0
  /// The block unpacked last, waiting for its turn behind a stretch of zeros.
  private var waiting: (block: Int, bytes: [UInt8])?

  init(_ source: any ByteSource) throws {
    reader = try ZVHDReader(source)
    diskSize = reader.diskSize
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    guard nextBlock < blockCount else {
      // What stands behind the last block must be judged too: an image is whole or it is refused.
      return try reader.next().map { _ in .zeros(blocks: 0) }
    }
    if waiting == nil { waiting = try reader.next() }
    let block = waiting?.block ?? blockCount
    guard block == nextBlock, let bytes = waiting?.bytes else {
      defer { nextBlock = block }
      return .zeros(blocks: block - nextBlock)
    }
    buffer.copyBytes(from: bytes)
    waiting = nil
    defer { nextBlock += 1 }
    return .block(bytes: length(ofBlock: block))
  }
}
