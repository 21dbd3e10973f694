/// A disk whose bytes stand in the file as they are: RAW, and fixed VHD without its footer.
final class PlainGuestDisk: GuestDisk {
  var source: any ByteSource
  let size: UInt64
  private(set) var cost = ReadCost()

  init(_ source: any ByteSource, size: UInt64) {
    self.source = source
    self.size = min(size, source.size)
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard offset < size else { return [] }
    let bytes = try source.read(at: offset, count: Int(min(UInt64(max(0, count)), size - offset)))
    cost.add(bytes.count)
    return bytes
  }
}
