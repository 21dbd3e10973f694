extension DiskInspector {
  static func inspectVHDX(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let start = try header(source, count: 520, &report) else { return }
    let units = stride(from: 8, to: 520, by: 2).map { start.little16($0) }.prefix { $0 != 0 }
    report.note("creator", printable(String(decoding: units, as: UTF16.self)))
    try judgeVHDXHeaders(source, &report)
    var regions: VHDXRegions?
    for offset: UInt64 in [196_608, 262_144] {
      guard let table = VHDXRegions(try source.read(at: offset, count: 65536)) else { continue }
      if regions == nil || table.checksumFits && regions?.checksumFits == false { regions = table }
      if table.checksumFits { break }
    }
    guard let regions else {
      report.add(
        .warning, "no table of regions at 192 or 256 KiB: the file is damaged or cut", hint: "copy it again")
      return
    }
    if !regions.checksumFits { report.add(.warning, "the checksum of the table of regions does not fit") }
    if regions.hasUnknown { report.add(.warning, "a region that readers must know is not known") }
    guard let place = regions.metadata, let metadata = try VHDXMetadata(source, at: place.offset) else {
      report.add(
        .warning, "the size of the disk cannot be told: the metadata is not where the file says",
        hint: "the file is damaged or cut; copy it again")
      return
    }
    judge(metadata, &report)
    try countBlocks(source, regions, metadata, &report)
  }

  private static func judgeVHDXHeaders(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    var best: ByteFields?
    var damaged = 0
    for offset: UInt64 in [65536, 131_072] {
      let header = ByteFields(try source.read(at: offset, count: 4096))
      guard header.count == 4096, header.has("head", at: 0),
        CRC32C.checksum(of: header.bytes, zeroing: 4) == header.little32(4)
      else {
        damaged += 1
        continue
      }
      if best.map({ $0.little64(8) < header.little64(8) }) ?? true { best = header }
    }
    guard let best else {
      report.add(
        .warning, "no header at 64 or 128 KiB whose checksum fits: the file is damaged or cut", hint: "copy it again")
      return
    }
    if damaged == 1 { report.add(.hint, "one of the two headers is damaged; the other one counts") }
    if best.slice(48, 16).contains(where: { $0 != 0 }) {
      report.note("log_to_replay", true)
      report.add(
        .warning, "the log holds changes that are not in the disk yet",
        hint: "attach it once in Hyper-V, or let qemu-img check -r all replay them")
    }
    expect("the log", at: best.little64(72), count: UInt64(best.little32(68)), &report)
  }

  private static func judge(_ metadata: VHDXMetadata, _ report: inout DiskInspection) {
    report.virtualSize = metadata.virtualSize
    if metadata.virtualSize == nil { report.add(.warning, "the size of the disk is not in the metadata") }
    report.variant = metadata.hasParent ? "differencing" : metadata.isFixed ? "fixed" : "dynamic"
    if let block = metadata.blockSize { report.note("block_size", block) }
    if let sector = metadata.logicalSector {
      report.note("sector_size", sector)
      if sector == 4096 {
        report.add(
          .warning, "a disk with sectors of 4096 bytes: its partition table is not found on a disk with 512",
          hint: "make the disk anew with sectors of 512 bytes")
      }
    }
    if metadata.hasUnknown { report.add(.warning, "an item of the metadata that readers must know is not known") }
    if metadata.hasParent {
      let parent = printable(metadata.parentPath)
      report.note("backing_file", parent)
      report.add(
        .error, "a differencing disk, which needs its parent\(parent.isEmpty ? "" : " '\(parent)'")",
        hint: "merge it with its parent first, in Hyper-V: Merge-VHD")
    }
  }

  /// How many blocks are stored, from the table of blocks.
  private static func countBlocks(
    _ source: any ByteSource, _ regions: VHDXRegions, _ metadata: VHDXMetadata, _ report: inout DiskInspection
  ) throws {
    guard let place = regions.blocks, let block = metadata.blockSize, let size = metadata.virtualSize else { return }
    guard (1 << 20...256 << 20).contains(block), block.nonzeroBitCount == 1 else {
      report.add(.warning, "a block size of \(block) bytes, expected a power of two from 1 MiB to 256 MiB")
      return
    }
    let sector = metadata.logicalSector == 4096 ? UInt64(4096) : 512
    // After every so many blocks stands an entry for their bitmap.
    let chunk = (sector << 23) / block
    let data = size.dividedUp(by: block)
    guard data <= 1 << 26 else { return }
    let entries = data + (data == 0 ? 0 : (data - 1) / chunk)
    guard expect("the table of blocks", at: place.offset, count: entries * 8, &report),
      place.length >= entries * 8
    else { return }
    guard let table = try table(source, at: place.offset, count: entries * 8) else { return }
    var stored: UInt64 = 0
    var last: UInt64 = 0
    for entry in 0..<entries where entry % (chunk + 1) != chunk {
      let value = table.little64(Int(entry) * 8)
      guard value & 7 >= 6 else { continue }
      stored += 1
      last = max(last, value & ~0xFFFFF)
    }
    report.allocatedSize = stored * block
    if stored > 0 { expect("the last block", at: last, count: block, &report) }
  }
}
