/// The blocks of a dynamic VHD: a table of sector numbers, each of a bitmap with the block behind it.
struct VHDBlockMap: BlockMap {
  let diskSize: UInt64
  let blockSize: UInt64
  private let table: UInt64
  private let entries: UInt64
  private let bitmap: UInt64

  /// Reads the two headers; throws `corrupt` where they make no sense, `unsupported` for a disk that needs another.
  init(_ source: any ByteSource) throws {
    let tail = try source.readTail(VHDFooter.length)
    let copy = VHDFooter(try source.read(at: 0, count: VHDFooter.length))
    guard let footer = VHDFooter(tail) ?? VHDFooter(Array(tail.dropFirst()) + [0]) ?? copy else {
      throw DiskImageError(.corrupt, "the footer of the VHD file is missing")
    }
    guard footer.type == 3 else { throw DiskImageError(.unsupported, "it needs its parent") }
    let fields = ByteFields(try source.read(at: footer.dataOffset, count: 1024))
    blockSize = UInt64(fields.big32(32))
    guard fields.count == 1024, fields.has("cxsparse", at: 0), (512...1 << 30).contains(blockSize),
      blockSize.nonzeroBitCount == 1, let size = DiskInspector.plausible(footer.diskSize)
    else { throw DiskImageError(.corrupt, "the second header of the VHD file makes no sense") }
    diskSize = size
    table = fields.big64(16)
    entries = UInt64(fields.big32(28))
    bitmap = (blockSize / 512).dividedUp(by: 8).roundedUp(to: 512)
  }

  func place(of block: UInt64, fetch: Fetch) throws -> BlockPlace {
    guard block < entries else { return .zeros }
    let sector = ByteFields(try fetch(Self.entry(block, of: 4, in: table), 4)).big32(0)
    // What the bitmap calls unwritten is zeros in the block as well.
    return sector == .max ? .zeros : .stored(at: UInt64(sector) * 512 + bitmap)
  }
}
