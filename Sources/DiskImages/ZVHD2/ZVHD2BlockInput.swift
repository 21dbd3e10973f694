import Synchronization

/// The disk in a ZVHD2 file.
final class ZVHD2BlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { max(reader.header.currentSize, diskSize) }
  var bytesRead: UInt64 { counter.load(ordering: .relaxed) }
  var isParallel: Bool { reader.blockSize == blockSize }
  private let reader: ZVHD2Reader
  private let counter: Atomic<UInt64>

  init(_ source: any ByteSource) throws {
    reader = try ZVHD2Reader(source)
    diskSize = reader.diskSize
    counter = Atomic(UInt64(2 * ZVHD2Header.length + reader.storedBlocks.count * ZVHD2IndexEntry.length))
  }

  func stretches(from block: Int) -> any BlockStretches {
    isParallel ? Stretches(self, first: block) : RegroupedBlocks(reader, first: block) { self.count($0) }
  }

  func load(
    _ block: Int, _ content: BlockContent, into buffer: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder
  ) throws {
    guard content != .loaded else { return }
    count(block)
    if try !reader.readBlock(block, into: buffer, with: decoder) { buffer[...].zero() }
  }

  private func count(_ block: Int) {
    counter.add(UInt64(reader.entry(of: block)?.length ?? 0), ordering: .relaxed)
  }

  /// Blocks with a frame, and runs of blocks without.
  private final class Stretches: BlockStretches {
    private let input: ZVHD2BlockInput
    private var nextBlock: Int
    /// Place of the first stored block that was not passed yet.
    private var place: Int

    init(_ input: ZVHD2BlockInput, first: Int) {
      self.input = input
      nextBlock = first
      place = input.reader.storedBlocks.firstIndex { Int($0) >= first } ?? input.reader.storedBlocks.count
    }

    func next(_ buffer: UnsafeMutableRawBufferPointer) -> BlockStretch? {
      guard nextBlock < input.blockCount else { return nil }
      let stored = input.reader.storedBlocks
      let block = place < stored.count ? Int(stored[place]) : input.blockCount
      guard block == nextBlock else {
        defer { nextBlock = block }
        return .zeros(blocks: block - nextBlock)
      }
      place += 1
      nextBlock += 1
      return .block(.whole)
    }
  }
}
