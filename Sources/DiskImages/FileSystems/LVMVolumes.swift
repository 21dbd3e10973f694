/// The logical volumes of an LVM2 physical volume that lie on it whole, in stretches: such as installers make.
enum LVMVolumes {
  private static let label = "LABELONE"
  private static let sector: UInt64 = 512
  private static let mostPieces = 256
  /// Bytes of metadata that are read.
  private static let longest: UInt64 = 1 << 20

  /// The volumes by their names, those first that are called like a root; empty where there is no such volume group.
  static func read(_ volume: GuestVolume) throws -> [(name: String, volume: GuestVolume)] {
    let head = ByteFields(try volume.read(at: 0, count: Int(min(volume.size, 4 * sector))))
    guard let start = (0..<4).map({ $0 * Int(sector) }).first(where: { head.has(label, at: $0) }),
      head.has("LVM2 001", at: start + 24)
    else { return [] }
    let header = start + Int(min(head.little32(start + 20), 480))
    let id = String(decoding: head.slice(header, 32), as: UTF8.self)
    // Behind the data areas, which end with an empty entry, stand the areas of metadata.
    var entry = header + 40
    while entry + 32 <= head.count, head.little64(entry) != 0 { entry += 16 }
    entry += 16
    let place = head.little64(entry)
    guard place != 0, let text = try metadata(volume, area: place) else { return [] }
    for case (_, .section(let group)) in LVMText.parse(text) {
      return volumes(of: group, on: volume, id: id)
    }
    return []
  }

  /// The text of the newest metadata in an area, in which it runs round in a ring.
  private static func metadata(_ volume: GuestVolume, area: UInt64) throws -> [UInt8]? {
    let head = ByteFields(try volume.read(at: area, count: Int(sector)))
    guard head.has(" LVM2 x[5A%r0N*>", at: 4) else { return nil }
    let (ring, offset, length) = (head.little64(32), head.little64(40), head.little64(48))
    guard offset >= sector, offset < ring, ring <= 1 << 40, length > 0, length <= min(longest, ring) else { return nil }
    guard let place = area.adding(offset) else { return nil }
    let first = min(length, ring - offset)
    var text = try volume.read(at: place, count: Int(first))
    if first < length { text += try volume.read(at: area + sector, count: Int(length - first)) }
    return text
  }

  private static func volumes(
    of group: [String: LVMText.Value], on volume: GuestVolume, id: String
  ) -> [(name: String, volume: GuestVolume)] {
    guard let extent = group["extent_size"]?.number, extent > 0, extent < 1 << 32,
      let disks = group["physical_volumes"]?.section, let logical = group["logical_volumes"]?.section
    else { return [] }
    let own = disks.first { $0.value.section?["id"]?.text?.filter { $0 != "-" } == id }
    guard let own, let first = own.value.section?["pe_start"]?.number, first < 1 << 40 else { return [] }
    let found = logical.compactMap { name, value -> (name: String, volume: GuestVolume)? in
      guard let section = value.section,
        let pieces = pieces(section, disk: own.key, first: first * sector, extent: extent * sector, volume)
      else { return nil }
      return (name, GuestVolume(volume.reader, pieces))
    }
    return found.sorted { rank($0.name) == rank($1.name) ? $0.name < $1.name : rank($0.name) < rank($1.name) }
  }

  private static func rank(_ name: String) -> Int {
    name.lowercased().contains("root") ? 0 : name.lowercased().contains("swap") ? 2 : 1
  }

  /// The stretches of a volume on the disk; nil where one lies elsewhere, or the volume is of another kind.
  private static func pieces(
    _ section: [String: LVMText.Value], disk: String, first: UInt64, extent: UInt64, _ volume: GuestVolume
  ) -> [GuestVolume.Piece]? {
    guard let count = section["segment_count"]?.number, (1...UInt64(mostPieces)).contains(count),
      let base = volume.pieces.first?.place
    else { return nil }
    var pieces: [GuestVolume.Piece] = []
    var next: UInt64 = 0
    for number in 1...count {
      guard let segment = section["segment\(number)"]?.section, segment["type"]?.text == "striped",
        segment["stripe_count"]?.number == 1, let stripes = segment["stripes"]?.list, stripes.count == 2,
        stripes[0].text == disk, let at = stripes[1].number, at < 1 << 32, let length = segment["extent_count"]?.number,
        (1..<(1 << 32)).contains(length), segment["start_extent"]?.number == next / extent
      else { return nil }
      let (bytes, overflow) = length.multipliedReportingOverflow(by: extent)
      let (skip, overrun) = at.multipliedReportingOverflow(by: extent)
      guard !overflow, !overrun, bytes < 1 << 50, skip < 1 << 50, next < 1 << 50 else { return nil }
      pieces.append(GuestVolume.Piece(start: next, length: bytes, place: base + first + skip))
      next += bytes
    }
    return pieces
  }
}
