/// The grains of a VMDK file in one piece: a directory of tables of sector numbers, the grains compressed or not.
struct VMDKBlockMap: BlockMap {
  private static let hasZeroGrains: UInt32 = 4
  private static let isCompressed: UInt32 = 0x1_0000
  private static let hasMarkers: UInt32 = 0x2_0000

  let diskSize: UInt64
  let blockSize: UInt64
  private let directory: UInt64
  private let perTable: UInt64
  private let flags: UInt32

  /// Reads the header, and the footer of a file written as a stream; throws `unsupported` for a disk in several files.
  init(_ source: any ByteSource) throws {
    let first = ByteFields(try source.read(at: 0, count: 512))
    guard first.has("KDMV", at: 0) else {
      throw DiskImageError(.unsupported, "a disk in other files, or of a kind that is read by a conversion only")
    }
    try Self.checkAlone(source, first)
    // What was not known when the stream began stands in a copy of the header near its end.
    let isStream = first.little64(56) == .max
    let fields = isStream ? ByteFields(try source.readTail(1024)) : first
    let grain = fields.little64(20)
    directory = fields.little64(56)
    perTable = UInt64(fields.little32(44))
    flags = fields.little32(8)
    guard fields.has("KDMV", at: 0), (1...1 << 20).contains(grain), (1...1 << 20).contains(perTable),
      directory > 0, directory < 1 << 54, first.little64(12) < 1 << 54,
      let size = DiskInspector.plausible(first.little64(12) * 512)
    else { throw DiskImageError(.corrupt, "the header of the VMDK file makes no sense, or its footer is missing") }
    guard flags & Self.isCompressed == 0 || fields.little16(77) == 1 && flags & Self.hasMarkers != 0 else {
      throw DiskImageError(.unsupported, "its grains are compressed in a way that is not known here")
    }
    diskSize = size
    blockSize = grain * 512
  }

  func place(of block: UInt64, fetch: Fetch) throws -> BlockPlace {
    let table = try sector(at: Self.entry(block / perTable, of: 4, in: directory * 512), fetch)
    guard table != 0 else { return .zeros }
    let grain = try sector(at: table * 512 + block % perTable * 4, fetch)
    guard grain != 0, grain != 1 || flags & Self.hasZeroGrains == 0 else { return .zeros }
    guard flags & Self.isCompressed != 0 else { return .stored(at: grain * 512) }
    let marker = ByteFields(try fetch(grain * 512, 12))
    guard marker.little64(0) == block * (blockSize / 512) else {
      throw DiskImageError(.corrupt, "grain \(block) is another one where its table says it is")
    }
    return .deflated(at: grain * 512 + 12, length: Int(marker.little32(8)))
  }

  private func sector(at place: UInt64, _ fetch: Fetch) throws -> UInt64 {
    UInt64(ByteFields(try fetch(place, 4)).little32(0))
  }

  /// One of several files has no description of the disk in it, or one that names them; a snapshot names its parent.
  private static func checkAlone(_ source: any ByteSource, _ header: ByteFields) throws {
    let sector = header.little64(28)
    guard sector > 0, sector < 1 << 40 else {
      throw DiskImageError(.unsupported, "one part of a disk in several files")
    }
    let descriptor = VMDKDescriptor(try source.read(at: sector * 512, count: 20480))
    guard !descriptor.hasParent else { throw DiskImageError(.unsupported, "it needs its parent") }
    guard descriptor.extents.count == 1 else {
      throw DiskImageError(.unsupported, "one part of a disk in several files")
    }
  }
}
