/// The disk in a qcow2 file that stands alone: its tables lead to every cluster.
final class QcowGuestDisk: GuestDisk {
  private static let mostKept = 8
  private static let longestRead = 131_072
  /// Which incompatible features are understood: not closed properly, damaged, compression, clusters in parts.
  private static let understood: UInt64 = 0b11011

  var source: any ByteSource
  let size: UInt64
  private(set) var cost = ReadCost()
  private let clusterBits: UInt64
  private let firstTable: UInt64
  private let firstCount: UInt64
  private let isZstd: Bool
  private let hasParts: Bool
  /// Unpacked clusters by where they stand in the file.
  private var unpacked: [UInt64: [UInt8]] = [:]
  private var order: [UInt64] = []

  /// Throws `unsupported` for a file that needs others or a key, `corrupt` for numbers that make no sense.
  init(_ source: any ByteSource) throws {
    let head = ByteFields(try source.read(at: 0, count: 512))
    let version = head.big32(4)
    let features = version >= 3 ? head.big64(72) : 0
    guard (2...3).contains(version), head.big64(8) == 0, head.big32(32) == 0, features & ~Self.understood == 0 else {
      throw DiskImageError(.unsupported, "it needs another file or a key, or has features that are not known here")
    }
    clusterBits = UInt64(head.big32(20))
    size = head.big64(24)
    firstCount = UInt64(head.big32(36))
    firstTable = head.big64(40)
    isZstd = features & 8 != 0 && head[104] == 1
    hasParts = features & 16 != 0
    guard (9...21).contains(clusterBits), size <= 1 << 50, firstCount <= 1 << 25, firstTable < 1 << 56 else {
      throw DiskImageError(.corrupt, "the header of the qcow2 file makes no sense")
    }
    self.source = source
    cost.add(head.count)
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let end = offset + min(UInt64(count), size - offset)
    let cluster: UInt64 = 1 << clusterBits
    // A cluster in parts has 32 of them, which are there or not each for itself.
    let step = hasParts ? cluster / 32 : cluster
    var bytes: [UInt8] = []
    var place = offset
    while place < end {
      let stop = min(end, (place / step + 1) * step)
      bytes += try part(place, count: Int(stop - place))
      place = stop
    }
    return bytes
  }

  private func part(_ place: UInt64, count: Int) throws -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    let width: UInt64 = hasParts ? 16 : 8
    let perTable = (1 << clusterBits) / width
    let index = place >> clusterBits
    guard index / perTable < firstCount else { return zeros }
    let mask: UInt64 = 0x00FF_FFFF_FFFF_FE00
    let table = ByteFields(try fetch(firstTable + index / perTable * 8, 8)).big64(0) & mask
    guard table != 0 else { return zeros }
    let fields = ByteFields(try fetch(table + index % perTable * width, Int(width)))
    let entry = fields.big64(0)
    let skip = place & (1 << clusterBits - 1)
    if entry & 1 << 62 != 0 { return try packed(entry, skip: Int(skip), count: count) }
    let isThere =
      hasParts
      ? fields.big64(8) & 1 << (skip >> (clusterBits - 5)) != 0
      : entry & 1 == 0
    guard isThere, entry & mask != 0 else { return zeros }
    return try fetch(entry & mask + skip, count)
  }

  /// Bytes of a cluster that is compressed.
  private func packed(_ entry: UInt64, skip: Int, count: Int) throws -> [UInt8] {
    let bits = 62 - (clusterBits - 8)
    let place = entry & (1 << bits - 1)
    if unpacked[place] == nil {
      let sectors = entry >> bits & (1 << (clusterBits - 8) - 1)
      let length = (sectors + 1) * 512 - place % 512
      // The last cluster may be shorter than its sectors.
      guard place < source.size else { throw Self.damaged }
      let bytes = try fetch(place, Int(min(length, source.size - place)))
      unpacked[place] =
        isZstd
        ? CompressedHead.unzstd(bytes, limit: 1 << clusterBits)
        : CompressedHead.inflate(bytes, windowBits: -15, limit: 1 << clusterBits)
      order.append(place)
      if order.count > Self.mostKept { unpacked[order.removeFirst()] = nil }
    }
    guard let bytes = unpacked[place], skip + count <= bytes.count else { throw Self.damaged }
    return Array(bytes[skip..<skip + count])
  }

  private func fetch(_ offset: UInt64, _ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let length = min(count - bytes.count, Self.longestRead)
      bytes += try source.readExactly(at: offset + UInt64(bytes.count), count: length, what: "the qcow2 file")
      cost.add(length)
    }
    return bytes
  }

  private static var damaged: DiskImageError { DiskImageError(.corrupt, "a compressed cluster is damaged") }
}
