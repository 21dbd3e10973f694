/// A disk that is stored in blocks, to which a table in the file leads.
final class MappedGuestDisk: GuestDisk {
  /// Unpacked blocks that are kept, and the largest that are unpacked at all.
  private static let mostKept = 16
  private static let largestPacked: UInt64 = 1 << 20
  private static let longestRead = 131_072

  var source: any ByteSource
  var size: UInt64 { map.diskSize }
  private(set) var cost = ReadCost()
  private let map: any BlockMap
  /// By where they stand in the file.
  private var unpacked: [UInt64: [UInt8]] = [:]
  /// From the one that was unpacked first.
  private var order: [UInt64] = []

  init(_ source: any ByteSource, _ map: any BlockMap) {
    self.source = source
    self.map = map
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let end = offset + min(UInt64(count), size - offset)
    var bytes: [UInt8] = []
    var place = offset
    while place < end {
      let skip = place % map.blockSize
      let length = min(map.blockSize - skip, end - place)
      bytes += try part(of: place / map.blockSize, skip: skip, count: Int(length))
      place += length
    }
    return bytes
  }

  private func part(of block: UInt64, skip: UInt64, count: Int) throws -> [UInt8] {
    switch try map.place(of: block, fetch: fetch) {
    case .zeros: return [UInt8](repeating: 0, count: count)
    case .stored(let place):
      guard let start = place.adding(skip) else { throw damaged(block) }
      return try fetch(start, count)
    case .deflated(let place, let length):
      let bytes = try unpacked[place] ?? inflate(at: place, length: length, block)
      guard Int(skip) + count <= bytes.count else { throw damaged(block) }
      return Array(bytes[Int(skip)..<Int(skip) + count])
    }
  }

  private func inflate(at place: UInt64, length: Int, _ block: UInt64) throws -> [UInt8] {
    guard map.blockSize <= Self.largestPacked else {
      throw DiskImageError(.unsupported, "compressed blocks of \(map.blockSize) bytes")
    }
    // A stream that grew by more than this is none that a tool wrote.
    guard length > 0, UInt64(length) <= map.blockSize * 2 else { throw damaged(block) }
    let bytes = CompressedHead.inflate(try fetch(place, length), windowBits: 15, limit: Int(map.blockSize))
    unpacked[place] = bytes
    order.append(place)
    if order.count > Self.mostKept { unpacked[order.removeFirst()] = nil }
    return bytes
  }

  private func fetch(_ offset: UInt64, _ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let length = min(count - bytes.count, Self.longestRead)
      guard let place = offset.adding(UInt64(bytes.count)) else {
        throw DiskImageError(.corrupt, "\(count) bytes at offset \(offset) are asked for, the file has \(source.size)")
      }
      bytes += try source.readExactly(at: place, count: length, what: "the file")
      cost.add(length)
    }
    return bytes
  }

  private func damaged(_ block: UInt64) -> DiskImageError {
    DiskImageError(.corrupt, "block \(block) of the disk is damaged")
  }
}
