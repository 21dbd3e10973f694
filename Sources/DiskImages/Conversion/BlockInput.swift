/// A disk to be read once from its start to its end, in blocks of 2 MiB.
///
/// What comes is told block by block in order, by ``stretches(from:)``; the bytes may be fetched by several threads.
protocol BlockInput: AnyObject, Sendable {
  /// Bytes of the disk.
  var diskSize: UInt64 { get }
  /// Bytes of the disk rounded up as the input's header has it; the disk's own size where there is none.
  var roundedSize: UInt64 { get }
  /// Bytes read from the file so far.
  var bytesRead: UInt64 { get }
  /// Whether several threads may fetch blocks at the same time to advantage.
  var isParallel: Bool { get }

  /// The disk's stretches from a block on.
  func stretches(from block: Int) throws -> any BlockStretches

  /// Fills `buffer`, 2 MiB, with a block that is not `loaded` yet; zeros follow where the disk ends.
  ///
  /// Called by any number of threads, each with a decoder of its own.
  func load(
    _ block: Int, _ content: BlockContent, into buffer: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder
  ) throws

  /// Makes reads that wait for somebody else fail, now and from now on.
  func abandon()
}

/// The stretches of a disk in their order; used by one thread at a time.
protocol BlockStretches: AnyObject {
  /// The next one, nil at the end. Inputs that must be read in order put the block's bytes into `buffer`, 2 MiB.
  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch?
}

extension BlockInput {
  func abandon() {}
  var blockSize: Int { ZVHD2Header.standardBlockSize }
  var blockCount: Int { Int(diskSize.dividedUp(by: UInt64(blockSize))) }

  /// Bytes of block `number` that are on the disk.
  func length(ofBlock number: Int) -> Int {
    Int(min(UInt64(blockSize), diskSize - UInt64(number) * UInt64(blockSize)))
  }
}
