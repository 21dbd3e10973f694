/// The disk in a ZVHD file, which is one stream: to reach a block, all in front of it are unpacked.
final class ZVHDGuestDisk: GuestDisk {
  /// Blocks that are kept: with 2 MiB each.
  private static let mostKept = 32
  /// Blocks that are unpacked, going back to the start counted anew.
  private static let mostUnpacked = 400

  var source: any ByteSource
  let size: UInt64
  private(set) var cost = ReadCost()
  private var reader: ZVHDReader
  /// The block that comes next may be any behind this one.
  private var last = -1
  private var isAtEnd = false
  private var kept: [Int: [UInt8]] = [:]
  private var order: [Int] = []
  private var unpacked = 0

  /// Throws what ``ZVHDReader/init(_:)`` throws.
  init(_ source: any ByteSource) throws {
    self.source = source
    reader = try ZVHDReader(source)
    size = reader.diskSize
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let end = offset + min(UInt64(count), size - offset)
    let length = UInt64(reader.blockSize)
    var bytes: [UInt8] = []
    var place = offset
    while place < end {
      let start = place / length * length
      let stop = min(end, start + length)
      let block = try self.block(Int(place / length))
      bytes +=
        block.map { $0[Int(place - start)..<Int(stop - start)] } ?? [UInt8](repeating: 0, count: Int(stop - place))[...]
      place = stop
    }
    return bytes
  }

  /// The block's bytes; nil for a block of zeros.
  private func block(_ number: Int) throws -> [UInt8]? {
    if let bytes = kept[number] { return bytes.isEmpty ? nil : bytes }
    if number <= last {
      reader = try ZVHDReader(source)
      last = -1
      isAtEnd = false
    }
    while last < number, !isAtEnd {
      unpacked += 1
      guard unpacked <= Self.mostUnpacked else {
        throw SystemSearchStop(reason: "more than \(Self.mostUnpacked) blocks are to be unpacked one after the other")
      }
      let before = reader.bytesRead
      guard let next = try reader.next() else {
        isAtEnd = true
        break
      }
      cost.add(Int(reader.bytesRead - before))
      last = next.block
      keep(next.block, next.bytes)
    }
    // Blocks that were passed over are zeros.
    if kept[number] == nil { keep(number, []) }
    return kept[number].flatMap { $0.isEmpty ? nil : $0 }
  }

  private func keep(_ number: Int, _ bytes: [UInt8]) {
    if kept.updateValue(bytes, forKey: number) == nil { order.append(number) }
    if order.count > Self.mostKept { kept[order.removeFirst()] = nil }
  }
}
