/// The disk inside a ZVHD2 file, of which only as much is unpacked as is read.
///
/// For looking into it: far away, a block is given up when its start does not unpack from a few kilobytes.
struct ZVHD2DiskSource: ByteSource {
  private let file: any ByteSource
  private let header: ZVHD2Header
  private let frames: ZVHD2FrameReader
  /// The blocks that have a frame, ascending.
  private let stored: [UInt32]

  let size: UInt64
  var isDistant: Bool { file.isDistant }

  /// Nil for a header whose numbers no known tool writes.
  init?(_ file: any ByteSource, _ header: ZVHD2Header, _ stored: [UInt32], size: UInt64) {
    let standard = UInt32(ZVHD2Header.standardBlockSize)
    guard let compression = header.compression, header.blockSize == standard else { return nil }
    self.file = file
    self.header = header
    self.stored = stored
    self.size = size
    frames = ZVHD2FrameReader(source: file, compression: compression, blockSize: Int(header.blockSize))
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let end = offset + UInt64(available(at: offset, count: count))
    guard offset < end else { return [] }
    var bytes: [UInt8] = []
    var place = offset
    while place < end {
      let block = place / UInt64(header.blockSize)
      let start = block * UInt64(header.blockSize)
      let stop = min(end, start + UInt64(header.blockSize))
      bytes += try part(of: UInt32(block), Int(place - start)..<Int(stop - start))
      place = stop
    }
    return bytes
  }

  private func part(of block: UInt32, _ range: Range<Int>) throws -> [UInt8] {
    guard let entry = try entry(of: block) else { return [UInt8](repeating: 0, count: range.count) }
    let limit: UInt64? = file.isDistant ? 131_072 : nil
    return Array(try frames.start(of: block, at: entry, count: range.upperBound, limit: limit)[range])
  }

  /// The index entry of a block; nil for a block of zeros.
  private func entry(of block: UInt32) throws -> ZVHD2IndexEntry? {
    var (low, high) = (0, stored.count)
    while low < high {
      let middle = (low + high) / 2
      if stored[middle] < block { low = middle + 1 } else { high = middle }
    }
    guard low < stored.count, stored[low] == block else { return nil }
    return try ZVHD2Reader.readEntry(file, header, block: block, number: low)
  }
}
