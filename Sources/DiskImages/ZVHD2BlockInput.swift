/// The disk in a ZVHD2 file.
final class ZVHD2BlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { max(reader.header.currentSize, diskSize) }
  private(set) var bytesRead: UInt64
  private let reader: ZVHD2Reader
  private let decoder = BlockDecoder()
  private var nextBlock = 0
  /// The last block of a file whose blocks have another size, and its bytes; nil bytes are zeros.
  private var other: (block: Int, bytes: [UInt8]?)?

  init(_ source: any ByteSource) throws {
    reader = try ZVHD2Reader(source)
    diskSize = reader.diskSize
    bytesRead = UInt64(2 * ZVHD2Header.length + reader.storedBlocks.count * ZVHD2IndexEntry.length)
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    guard nextBlock < blockCount else { return nil }
    defer { nextBlock += 1 }
    let length = length(ofBlock: nextBlock)
    guard reader.blockSize != blockSize else {
      bytesRead += UInt64(reader.entry(of: nextBlock)?.length ?? 0)
      let stored = try reader.readBlock(nextBlock, into: buffer, with: decoder)
      return stored ? .block(bytes: length) : .zeros(blocks: 1)
    }
    return try regroup(buffer, length)
  }

  /// Fills `buffer` from blocks of another size than 2 MiB.
  private func regroup(_ buffer: UnsafeMutableRawBufferPointer, _ length: Int) throws -> BlockStretch {
    let start = nextBlock * blockSize
    var done = 0
    var stored = false
    while done < length {
      let (block, skip) = ((start + done) / reader.blockSize, (start + done) % reader.blockSize)
      if other?.block != block {
        bytesRead += UInt64(reader.entry(of: block)?.length ?? 0)
        other = (block, try reader.readBlock(block))
      }
      let count = min(length - done, reader.blockSize - skip)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      if let bytes = other?.bytes {
        target.copyBytes(from: bytes[skip..<skip + count])
        stored = true
      } else {
        target[...].zero()
      }
      done += count
    }
    return stored ? .block(bytes: length) : .zeros(blocks: 1)
  }
}
