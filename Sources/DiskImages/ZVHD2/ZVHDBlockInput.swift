import Synchronization

/// The disk in a ZVHD file; one zlib stream runs over all of it, so it is read by one thread.
final class ZVHDBlockInput: BlockInput {
  let diskSize: UInt64
  let roundedSize: UInt64
  var bytesRead: UInt64 { counter.load(ordering: .relaxed) }
  let isParallel = false
  private let source: any ByteSource
  private let counter = Atomic<UInt64>(0)

  init(_ source: any ByteSource) throws {
    let reader = try ZVHDReader(source)
    self.source = source
    diskSize = reader.diskSize
    roundedSize = max(reader.header.currentSize, reader.diskSize)
  }

  func stretches(from block: Int) throws -> any BlockStretches {
    try Stretches(self, reader: ZVHDReader(source), first: block)
  }

  func load(
    _ block: Int, _ content: BlockContent, into buffer: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder
  ) {
    precondition(content == .loaded, "blocks of a ZVHD file come in order only")
  }

  private final class Stretches: BlockStretches {
    private let input: ZVHDBlockInput
    private let reader: ZVHDReader
    private var nextBlock: Int
    /// The block unpacked last, waiting for its turn behind a stretch of zeros.
    private var waiting: (block: Int, bytes: [UInt8])?

    init(_ input: ZVHDBlockInput, reader: ZVHDReader, first: Int) throws {
      (self.input, self.reader, nextBlock) = (input, reader, first)
      // Everything in front has to be unpacked all the same.
      while first > 0, let found = try reader.next() {
        guard found.block >= first else { continue }
        waiting = found
        break
      }
    }

    func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
      defer { input.counter.store(reader.bytesRead, ordering: .relaxed) }
      guard nextBlock < input.blockCount else {
        // What stands behind the last block must be judged too: an image is whole or it is refused.
        return try reader.next().map { _ in .zeros(blocks: 0) }
      }
      if waiting == nil { waiting = try reader.next() }
      let block = waiting?.block ?? input.blockCount
      guard block == nextBlock, let bytes = waiting?.bytes else {
        defer { nextBlock = block }
        return .zeros(blocks: block - nextBlock)
      }
      buffer.copyBytes(from: bytes)
      waiting = nil
      nextBlock += 1
      return .block(.loaded)
    }
  }
}
