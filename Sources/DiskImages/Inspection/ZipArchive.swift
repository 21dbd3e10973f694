/// The list of files at the end of a zip archive.
struct ZipArchive {
  var members: [ArchiveMember] = []
  /// How many files the archive says it has.
  var count: UInt64

  /// Nil when the end of the list is not where the file ends.
  init?(_ source: any ByteSource) throws {
    // A comment of up to 64 KiB may follow; hardly any archive has one.
    let length = source.isDistant ? 4096 : 65557
    let tail = ByteFields(try source.readTail(length))
    let places = stride(from: tail.count - 22, through: 0, by: -1)
    guard let end = places.first(where: { tail.has([0x50, 0x4B, 5, 6], at: $0) }) else { return nil }
    count = UInt64(tail.little16(end + 10))
    var size = UInt64(tail.little32(end + 12))
    var offset = UInt64(tail.little32(end + 16))
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, tail.has([0x50, 0x4B, 6, 7], at: end - 20) {
      let large = ByteFields(try source.read(at: tail.little64(end - 12), count: 56))
      if large.has([0x50, 0x4B, 6, 6], at: 0) {
        (count, size, offset) = (large.little64(32), large.little64(40), large.little64(48))
      }
    }
    let list = ByteFields(try source.read(at: offset, count: Int(min(size, 65536))))
    var place = 0
    while members.count < 256, list.has([0x50, 0x4B, 1, 2], at: place) {
      let (nameLength, extraLength) = (Int(list.little16(place + 28)), Int(list.little16(place + 30)))
      var unpacked = UInt64(list.little32(place + 24))
      let extra = ByteFields(list.slice(place + 46 + nameLength, extraLength))
      if unpacked == 0xFFFF_FFFF, extra.little16(0) == 1 { unpacked = extra.little64(4) }
      members.append(ArchiveMember(name: DiskInspector.text(list.slice(place + 46, nameLength)), size: unpacked))
      place += 46 + nameLength + extraLength + Int(list.little16(place + 32))
    }
  }
}
