/// The blocks of a VDI file: a map of their numbers among those that are stored.
struct VDIBlockMap: BlockMap {
  let diskSize: UInt64
  let blockSize: UInt64
  private let map: UInt64
  private let data: UInt64
  private let entries: UInt64

  /// Reads the header; throws `unsupported` for a disk that needs another.
  init(_ source: any ByteSource) throws {
    let fields = ByteFields(try source.read(at: 0, count: 512))
    guard (1...2).contains(fields.little32(76)) else { throw DiskImageError(.unsupported, "it needs its parent") }
    guard fields.little32(380) == 0 else {
      throw DiskImageError(.unsupported, "its blocks have something in front of them that is not known here")
    }
    blockSize = UInt64(fields.little32(376))
    guard fields.count == 512, (512...1 << 30).contains(blockSize),
      let size = DiskInspector.plausible(fields.little64(368).roundedUp(to: 512))
    else { throw DiskImageError(.corrupt, "the header of the VDI file makes no sense") }
    diskSize = size
    map = UInt64(fields.little32(340))
    data = UInt64(fields.little32(344))
    entries = UInt64(fields.little32(384))
  }

  func place(of block: UInt64, fetch: Fetch) throws -> BlockPlace {
    guard block < entries else { return .zeros }
    let number = ByteFields(try fetch(map + block * 4, 4)).little32(0)
    // The last two numbers are those of blocks never written, and of zeros.
    return number >= .max - 1 ? .zeros : .stored(at: data + UInt64(number) * blockSize)
  }
}
