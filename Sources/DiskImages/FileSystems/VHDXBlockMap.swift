/// The blocks of a VHDX file: a table of states and offsets, with an entry for a bitmap after every so many.
struct VHDXBlockMap: BlockMap {
  let diskSize: UInt64
  let blockSize: UInt64
  private let table: (offset: UInt64, length: UInt64)
  private let chunk: UInt64

  /// Reads headers, regions and metadata; throws `unsupported` for a disk that needs another, or a log to be replayed.
  init(_ source: any ByteSource) throws {
    try Self.checkLog(source)
    let regions = try [196_608, 262_144].lazy.compactMap { VHDXRegions(try source.read(at: $0, count: 65536)) }
    guard let found = regions.first(where: \.checksumFits) ?? regions.first, let table = found.blocks,
      let place = found.metadata, let metadata = try VHDXMetadata(source, at: place.offset),
      let size = DiskInspector.plausible(metadata.virtualSize ?? .max), let block = metadata.blockSize,
      (1 << 20...256 << 20).contains(block), block.nonzeroBitCount == 1
    else { throw DiskImageError(.corrupt, "the headers of the VHDX file make no sense") }
    guard !metadata.hasParent else { throw DiskImageError(.unsupported, "it needs its parent") }
    guard !found.hasUnknown, !metadata.hasUnknown else {
      throw DiskImageError(.unsupported, "it has features that are not known here")
    }
    diskSize = size
    blockSize = block
    self.table = table
    chunk = ((metadata.logicalSector == 4096 ? 4096 : 512) << 23) / block
  }

  func place(of block: UInt64, fetch: Fetch) throws -> BlockPlace {
    let number = block + block / chunk
    guard number < table.length / 8 else { return .zeros }
    let value = ByteFields(try fetch(Self.entry(number, of: 8, in: table.offset), 8)).little64(0)
    switch value & 7 {
    case 6: return .stored(at: value & ~0xFFFFF)
    case 7: throw DiskImageError(.corrupt, "block \(block) of the disk is in its parent in part, but it has none")
    default: return .zeros
    }
  }

  /// What a log holds is not in the disk yet: without it the disk is that of another time.
  private static func checkLog(_ source: any ByteSource) throws {
    let headers = try [65536, 131_072].map { ByteFields(try source.read(at: $0, count: 4096)) }.filter {
      $0.count == 4096 && $0.has("head", at: 0) && CRC32C.checksum(of: $0.bytes, zeroing: 4) == $0.little32(4)
    }
    guard let best = headers.max(by: { $0.little64(8) < $1.little64(8) }) else {
      throw DiskImageError(.corrupt, "neither header of the VHDX file is whole")
    }
    guard best.slice(48, 16).allSatisfy({ $0 == 0 }) else {
      throw DiskImageError(.unsupported, "its log holds changes that must be replayed first")
    }
  }
}
