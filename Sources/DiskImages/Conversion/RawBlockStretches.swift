/// Tells a plain disk's blocks from its holes.
final class RawBlockStretches: BlockStretches {
  private let source: any ExtentSource
  private let blockSize: Int
  private let blockCount: Int
  private var nextBlock: Int
  /// The stretch of data found last; between the place that was asked for and its start is a hole.
  private var extent: Range<UInt64>?
  /// Gaps that are not worth a read of their own.
  private static let grain: UInt64 = 65536

  init(_ source: any ExtentSource, blockSize: Int, first: Int) {
    self.source = source
    self.blockSize = blockSize
    blockCount = Int(source.size.dividedUp(by: UInt64(blockSize)))
    nextBlock = first
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    guard nextBlock < blockCount else { return nil }
    let start = UInt64(nextBlock) * UInt64(blockSize)
    let end = min(start + UInt64(blockSize), source.size)
    guard let first = try data(from: start) else { return zeros(until: blockCount) }
    if first.lowerBound >= end { return zeros(until: Int(first.lowerBound / UInt64(blockSize))) }
    nextBlock += 1
    if first.lowerBound <= start, first.upperBound >= end { return .block(.whole) }
    return .block(.pieces(try pieces(start..<end)))
  }

  /// The ranges of one block that hold data, small holes between them included: those are read along, so that a file
  /// of many pieces takes few calls.
  private func pieces(_ block: Range<UInt64>) throws -> [Range<Int>] {
    var pieces: [Range<UInt64>] = []
    var place = block.lowerBound
    while place < block.upperBound, let found = try data(from: place), found.lowerBound < block.upperBound {
      let (from, to) = (max(found.lowerBound, place), min(found.upperBound, block.upperBound))
      if let last = pieces.last, from - last.upperBound <= Self.grain {
        pieces[pieces.count - 1] = last.lowerBound..<to
      } else {
        pieces.append(from..<to)
      }
      place = to
    }
    return pieces.map { Int($0.lowerBound - block.lowerBound)..<Int($0.upperBound - block.lowerBound) }
  }

  /// The data at `offset` or behind it, nil when only a hole is left.
  private func data(from offset: UInt64) throws -> Range<UInt64>? {
    if extent.map({ $0.upperBound <= offset }) ?? true { extent = try source.dataExtent(from: offset) }
    return extent
  }

  private func zeros(until block: Int) -> BlockStretch {
    defer { nextBlock = block }
    return .zeros(blocks: block - nextBlock)
  }
}
