/// A disk read once from its start to its end, in blocks of 2 MiB.
protocol BlockInput: AnyObject {
  /// Bytes of the disk.
  var diskSize: UInt64 { get }
  /// Bytes of the disk rounded up as the input's header has it; the disk's own size where there is none.
  var roundedSize: UInt64 { get }
  /// Bytes read from the file so far.
  var bytesRead: UInt64 { get }

  /// The next stretch of the disk: blocks of zeros, or the bytes of one block in `buffer`; nil at the end.
  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch?
}

/// What comes next on a disk.
enum BlockStretch: Equatable {
  /// So many blocks of zeros, known without reading them.
  case zeros(blocks: Int)
  /// One block, of which so many bytes are on the disk; the bytes may all be zero.
  case block(bytes: Int)
}

extension BlockInput {
  var blockSize: Int { ZVHD2Header.standardBlockSize }
  var blockCount: Int { Int(diskSize.dividedUp(by: UInt64(blockSize))) }

  /// Bytes of block `number` that are on the disk.
  func length(ofBlock number: Int) -> Int {
    Int(min(UInt64(blockSize), diskSize - UInt64(number) * UInt64(blockSize)))
  }
}
