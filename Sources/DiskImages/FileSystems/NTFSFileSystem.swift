/// NTFS, as far as finding a file by its path takes: the table of files, directories, and files in any number of pieces.
///
/// Not read: files that are compressed or encrypted.
struct NTFSFileSystem: GuestFileSystem {
  static let numberMask: UInt64 = 0xFFFF_FFFF_FFFF
  /// The directory at the top has always this number.
  private static let top: UInt64 = 5
  private static let longestList: UInt64 = 262_144
  private static let mostParts = 1024

  let volume: GuestVolume
  let cluster: UInt64
  private let recordSize: Int
  private let table: NTFSStream

  /// Nil where no NTFS begins; throws `corrupt` where its first sector or table make no sense.
  init?(_ volume: GuestVolume) throws {
    guard volume.size >= 65536 else { return nil }
    let boot = ByteFields(try volume.read(at: 0, count: 512))
    guard boot.has("NTFS    ", at: 3) else { return nil }
    let sector = UInt64(boot.little16(11))
    let perCluster = boot[13] > 128 ? 1 << min(UInt64(256 - Int(boot[13])), 20) : UInt64(boot[13])
    let cluster = sector * perCluster
    let size = boot[64] >= 128 ? 1 << min(UInt64(256 - Int(boot[64])), 20) : UInt64(boot[64]) * cluster
    guard sector >= 256, cluster.nonzeroBitCount == 1, (512...2 << 20).contains(cluster),
      (512...65536).contains(size), size % 512 == 0
    else { throw DiskImageError(.corrupt, "the first sector of NTFS makes no sense") }
    self.volume = volume
    self.cluster = cluster
    recordSize = Int(size)
    let first = try NTFSRecord(
      volume.read(block: boot.little64(48), of: cluster, count: recordSize), number: 0)
    let own = first.attributes.filter { $0.type == NTFSAttribute.data && $0.name.isEmpty }
    let start = try NTFSStream(own, volume, cluster: cluster)
    // The rest of a table in many pieces is told by records that are in its first piece.
    let whole = try Self.parts(of: NTFSAttribute.data, "", in: first, volume, cluster) { number in
      try Self.record(number, in: start, Int(size))
    }
    table = try NTFSStream(whole, volume, cluster: cluster)
  }

  func root() throws -> GuestNode { try node(Self.top) }

  func content(of node: GuestNode, limit: Int) throws -> [UInt8] {
    try stream(of: node).read(at: 0, count: limit)
  }

  /// The bytes of a file; throws `corrupt` where it has none.
  func stream(of node: GuestNode) throws -> NTFSStream {
    guard let stream = try stream(NTFSAttribute.data, "", in: record(node.id)) else {
      throw DiskImageError(.corrupt, "a file on NTFS has no data")
    }
    return stream
  }

  func node(_ number: UInt64) throws -> GuestNode {
    let record = try record(number)
    return GuestNode(id: number, kind: record.isDirectory ? .directory : .file, size: 0)
  }

  func record(_ number: UInt64) throws -> NTFSRecord {
    try volume.reader.step()
    return try Self.record(number, in: table, recordSize)
  }

  /// What has bytes in a record and those that go on with it; nil where there is nothing of that type and name.
  func stream(_ type: UInt32, _ name: String, in record: NTFSRecord) throws -> NTFSStream? {
    let parts = try Self.parts(of: type, name, in: record, volume, cluster) { try self.record($0) }
    return parts.isEmpty ? nil : try NTFSStream(parts, volume, cluster: cluster)
  }

  private static func record(_ number: UInt64, in table: NTFSStream, _ size: Int) throws -> NTFSRecord {
    let (place, overflow) = number.multipliedReportingOverflow(by: UInt64(size))
    let bytes = overflow ? [] : try table.read(at: place, count: size)
    guard bytes.count == size else {
      throw DiskImageError(.corrupt, "file \(number) of NTFS lies behind the end of its table")
    }
    let record = try NTFSRecord(bytes, number: number)
    guard record.isUsed else { throw DiskImageError(.corrupt, "file \(number) of NTFS was deleted") }
    return record
  }

  private static func parts(
    of type: UInt32, _ name: String, in base: NTFSRecord, _ volume: GuestVolume, _ cluster: UInt64,
    record: (UInt64) throws -> NTFSRecord
  ) throws -> [NTFSAttribute] {
    let own = base.attributes
    var parts = own.filter { $0.type == type && $0.name == name }
    guard let list = own.first(where: { $0.type == NTFSAttribute.list }) else { return parts }
    let stream = try NTFSStream([list], volume, cluster: cluster)
    let entries = ByteFields(try stream.read(at: 0, count: Int(min(stream.size, longestList))))
    var seen: Set<UInt64> = [base.number]
    var place = 0
    while place + 26 <= entries.count {
      let length = Int(entries.little16(place + 4))
      guard length >= 26 else { break }
      let number = entries.little64(place + 16) & numberMask
      if entries.little32(place) == type, seen.insert(number).inserted {
        guard seen.count <= mostParts else { throw DiskImageError(.corrupt, "a file on NTFS is in too many records") }
        let other = try record(number)
        guard other.base == base.number else {
          throw DiskImageError(.corrupt, "file \(base.number) of NTFS goes on in a record of another")
        }
        parts += other.attributes.filter { $0.type == type && $0.name == name }
      }
      place += length
    }
    return parts
  }
}
