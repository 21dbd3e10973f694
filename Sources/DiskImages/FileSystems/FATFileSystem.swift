/// FAT12, FAT16 and FAT32, as on EFI system partitions.
struct FATFileSystem: GuestFileSystem {
  private static let mostClusters = 4096

  private let volume: GuestVolume
  private let clusterSize: UInt64
  private let tableStart: UInt64
  private let rootStart: UInt64
  private let rootLength: UInt64
  private let dataStart: UInt64
  private let rootCluster: UInt32
  private let clusters: UInt64

  /// Nil where no FAT begins whose numbers make sense.
  init?(_ volume: GuestVolume) throws {
    guard volume.size >= 4096 else { return nil }
    let head = ByteFields(try volume.read(at: 0, count: 512))
    let sector = UInt64(head.little16(11))
    let isLarge = head.has("FAT32   ", at: 82)
    guard isLarge || head.has("FAT16   ", at: 54) || head.has("FAT12   ", at: 54),
      [512, 1024, 2048, 4096].contains(sector), head[13] > 0, head[13].nonzeroBitCount == 1, head[16] > 0
    else { return nil }
    self.volume = volume
    clusterSize = sector * UInt64(head[13])
    tableStart = UInt64(head.little16(14)) * sector
    let tableLength = (head.little16(22) == 0 ? UInt64(head.little32(36)) : UInt64(head.little16(22))) * sector
    rootStart = tableStart + UInt64(head[16]) * tableLength
    rootLength = UInt64(head.little16(17)) * 32
    dataStart = rootStart + rootLength.roundedUp(to: sector)
    rootCluster = isLarge ? head.little32(44) : 0
    let sectors = head.little16(19) == 0 ? UInt64(head.little32(32)) : UInt64(head.little16(19))
    clusters = (sectors * sector - min(dataStart, sectors * sector)) / clusterSize
  }

  func root() throws -> GuestNode { GuestNode(id: UInt64(rootCluster), kind: .directory, size: 0) }

  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode? {
    let wanted = String(decoding: name, as: UTF8.self).lowercased()
    return try entries(of: directory).first { $0.name.lowercased() == wanted }?.node
  }

  /// The names in a directory, long ones where there are such.
  func entries(of directory: GuestNode) throws -> [(name: String, node: GuestNode)] {
    guard directory.kind == .directory else { return [] }
    let bytes =
      directory.id == 0
      ? try volume.read(at: rootStart, count: Int(min(rootLength, 65536))) : try chain(directory.id, limit: 262_144)
    let fields = ByteFields(bytes)
    var found: [(name: String, node: GuestNode)] = []
    var long: [UInt16] = []
    for entry in stride(from: 0, to: bytes.count, by: 32) {
      let first = fields[entry]
      if first == 0 { break }
      guard first != 0xE5 else {
        long = []
        continue
      }
      let attributes = fields[entry + 11]
      if attributes == 0x0F {
        // Pieces of a long name stand in front of the entry, the last one first.
        if first & 0x40 != 0 || long.count > 260 { long = [] }
        let places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]
        long = places.map { fields.little16(entry + $0) } + long
        continue
      }
      defer { long = [] }
      if attributes & 0x08 != 0 { continue }
      let units = long.prefix { $0 != 0 && $0 != 0xFFFF }
      let name = units.isEmpty ? Self.short(fields.slice(entry, 11)) : String(decoding: units, as: UTF16.self)
      let cluster = UInt64(fields.little16(entry + 20)) << 16 | UInt64(fields.little16(entry + 26))
      found.append(
        (
          name,
          GuestNode(
            id: cluster, kind: attributes & 0x10 != 0 ? .directory : .file, size: UInt64(fields.little32(entry + 28)))
        ))
    }
    return found
  }

  func content(of node: GuestNode, limit: Int) throws -> [UInt8] {
    let length = min(node.size, UInt64(max(0, limit)))
    return length == 0 ? [] : Array(try chain(node.id, limit: length).prefix(Int(length)))
  }

  /// The bytes of a chain of clusters, at least `limit` of them where it has so many.
  private func chain(_ first: UInt64, limit: UInt64) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var cluster = first
    var count = 0
    while cluster >= 2, cluster < clusters + 2, UInt64(bytes.count) < limit, count < Self.mostClusters {
      count += 1
      let length = min(clusterSize, 65536)
      bytes += try volume.read(at: dataStart + (cluster - 2) * clusterSize, count: Int(length))
      cluster = try next(cluster)
    }
    return bytes
  }

  private func next(_ cluster: UInt64) throws -> UInt64 {
    if rootCluster != 0 {
      return UInt64(ByteFields(try volume.read(at: tableStart + cluster * 4, count: 4)).little32(0) & 0x0FFF_FFFF)
    }
    if clusters >= 4085 {
      return UInt64(ByteFields(try volume.read(at: tableStart + cluster * 2, count: 2)).little16(0))
    }
    let pair = ByteFields(try volume.read(at: tableStart + cluster + cluster / 2, count: 2)).little16(0)
    return UInt64(cluster % 2 == 0 ? pair & 0xFFF : pair >> 4)
  }

  private static func short(_ field: [UInt8]) -> String {
    let name = DiskInspector.text(Array(field.prefix(8)))
    let suffix = DiskInspector.text(Array(field.dropFirst(8)))
    return suffix.isEmpty ? name : "\(name).\(suffix)"
  }
}
