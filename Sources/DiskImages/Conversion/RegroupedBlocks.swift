/// Blocks of 2 MiB from a ZVHD2 file whose own blocks have another size, read in order.
final class RegroupedBlocks: BlockStretches {
  private let reader: ZVHD2Reader
  private let blockSize = ZVHD2Header.standardBlockSize
  private let onRead: (Int) -> Void
  private var nextBlock: Int
  /// The file's block that was read last, and its bytes; nil bytes are zeros.
  private var other: (block: Int, bytes: [UInt8]?)?

  /// `onRead` learns the number of each of the file's blocks that is read.
  init(_ reader: ZVHD2Reader, first: Int, onRead: @escaping (Int) -> Void) {
    self.reader = reader
    self.onRead = onRead
    nextBlock = first
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    let start = UInt64(nextBlock) * UInt64(blockSize)
    guard start < reader.diskSize else { return nil }
    nextBlock += 1
    let length = Int(min(UInt64(blockSize), reader.diskSize - start))
    var done = 0
    var stored = false
    while done < length {
      let place = Int(start) + done
      let (block, skip) = (place / reader.blockSize, place % reader.blockSize)
      if other?.block != block {
        onRead(block)
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
    guard stored else { return .zeros(blocks: 1) }
    buffer[length...].zero()
    return .block(.loaded)
  }
}
