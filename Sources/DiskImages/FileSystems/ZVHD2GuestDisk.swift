/// The disk in a ZVHD2 file: blocks are unpacked as far as they are needed, and some are kept.
final class ZVHD2GuestDisk: GuestDisk {
  /// Blocks that are kept: with 2 MiB each.
  private static let mostKept = 12
  /// Blocks that are unpacked: ten or twenty are enough for a look.
  private static let mostUnpacked = 200

  var source: any ByteSource
  let size: UInt64
  private(set) var cost = ReadCost()
  private let header: ZVHD2Header
  private let compression: ZVHD2Header.Compression
  /// The blocks that have a frame, ascending.
  private let stored: [UInt32]
  private var streams: [UInt32: FrameStream] = [:]
  /// From the one that was not used for longest.
  private var order: [UInt32] = []
  private var unpacked = 0

  /// Reads headers and bitmap; throws `corrupt` or `unsupported` for what no known tool writes.
  init(_ source: any ByteSource) throws {
    let header = try ZVHD2Reader.readHeader(source)
    guard let compression = header.compression, header.blockSize == UInt32(ZVHD2Header.standardBlockSize),
      header.blockCount <= 1 << 20, let size = DiskInspector.plausible(header.diskSize)
    else { throw DiskImageError(.unsupported, "a ZVHD2 file of an unusual kind") }
    self.source = source
    self.header = header
    self.compression = compression
    self.size = size
    stored = try ZVHD2Reader.readBitmap(source, header)
    cost.add(2 * ZVHD2Header.length + stored.count / 8)
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let end = offset + min(UInt64(count), size - offset)
    var bytes: [UInt8] = []
    var place = offset
    while place < end {
      let block = place / UInt64(header.blockSize)
      let start = block * UInt64(header.blockSize)
      let stop = min(end, start + UInt64(header.blockSize))
      bytes +=
        try stream(of: UInt32(block))?.bytes(Int(place - start), Int(stop - start), of: source, cost: &cost)
        ?? [UInt8](repeating: 0, count: Int(stop - place))
      place = stop
    }
    return bytes
  }

  /// The block's stream; nil for a block of zeros.
  private func stream(of block: UInt32) throws -> FrameStream? {
    if let stream = streams[block] {
      order.removeAll { $0 == block }
      order.append(block)
      return stream
    }
    var (low, high) = (0, stored.count)
    while low < high {
      let middle = (low + high) / 2
      if stored[middle] < block { low = middle + 1 } else { high = middle }
    }
    guard low < stored.count, stored[low] == block,
      let entry = try ZVHD2Reader.readEntry(source, header, block: block, number: low)
    else { return nil }
    cost.add(16)
    unpacked += 1
    guard unpacked <= Self.mostUnpacked else {
      throw SystemSearchStop(reason: "more than \(Self.mostUnpacked) blocks are to be unpacked")
    }
    let stream = try FrameStream(entry, block: block, compression, blockSize: Int(header.blockSize))
    streams[block] = stream
    order.append(block)
    if order.count > Self.mostKept { streams[order.removeFirst()] = nil }
    return stream
  }
}
