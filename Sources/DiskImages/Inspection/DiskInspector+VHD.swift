extension DiskInspector {
  static func inspectVHD(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let tail = try source.readTail(VHDFooter.length)
    // Very old tools wrote footers of 511 bytes.
    let found = VHDFooter(tail) ?? VHDFooter(Array(tail.dropFirst()) + [0])
    let copy = VHDFooter(try source.read(at: 0, count: VHDFooter.length))
    guard let footer = found ?? copy else {
      report.add(.error, "the file ends inside its header after \(report.fileSize) bytes", hint: "copy it again")
      return
    }
    if found == nil {
      report.add(
        .warning, "the footer in the last 512 bytes is missing: the file is probably cut", hint: "copy it again")
    }
    report.virtualSize = footer.diskSize
    report.note("creator", text(footer.creator))
    report.note("created_at", UTCText.iso8601(since2000: footer.timestamp))
    if !footer.checksumFits { report.add(.warning, "the checksum of the footer does not fit") }
    if footer.currentSize != footer.geometrySize {
      report.note("geometry", footer.geometry)
      report.note("size_by_footer", footer.currentSize)
      report.note("size_by_geometry", footer.geometrySize)
      if footer.diskSize == footer.geometrySize {
        report.add(
          .hint,
          "the footer says \(SizeText.bytes(footer.currentSize)), the geometry \(SizeText.bytes(footer.geometrySize)): "
            + "readers take the geometry for files of this creator")
      }
    }
    switch footer.type {
    case 2:
      report.variant = "fixed"
      if report.fileSize < footer.currentSize {
        report.add(.warning, "the file is shorter than its disk: it is probably cut", hint: "copy it again")
      }
    case 3, 4:
      report.variant = footer.type == 3 ? "dynamic" : "differencing"
      try inspectSparseVHD(source, footer, &report)
    default: report.add(.warning, "disk type \(footer.type) in the footer, expected 2, 3 or 4")
    }
  }

  /// The second header of dynamic and differencing disks, and the table of blocks it points to.
  private static func inspectSparseVHD(
    _ source: any ByteSource, _ footer: VHDFooter, _ report: inout DiskInspection
  ) throws {
    let fields = ByteFields(try source.read(at: footer.dataOffset, count: 1024))
    if footer.type == 4 {
      let units = stride(from: 64, to: 576, by: 2).map { fields.big16($0) }.prefix { $0 != 0 }
      let parent = printable(String(decoding: units, as: UTF16.self))
      report.note("backing_file", parent)
      report.add(
        .error, "a differencing disk, which needs its parent\(parent.isEmpty ? "" : " '\(parent)'")",
        hint: "merge it with its parent first")
    }
    guard fields.count == 1024, fields.has("cxsparse", at: 0) else {
      report.add(
        .warning, "no second header at offset \(footer.dataOffset), where the footer says it is",
        hint: "the file is damaged; copy it again")
      return
    }
    var sum: UInt32 = 0
    for (offset, byte) in fields.bytes.enumerated() where !(36..<40).contains(offset) { sum &+= UInt32(byte) }
    if ~sum != fields.big32(36) { report.add(.warning, "the checksum of the second header does not fit") }
    let block = UInt64(fields.big32(32))
    let entries = UInt64(fields.big32(28))
    report.note("block_size", block)
    guard block >= 512, block.nonzeroBitCount == 1, block <= 1 << 30 else {
      report.add(.warning, "a block size of \(block) bytes, expected a power of two such as 2097152")
      return
    }
    let needed = footer.currentSize.dividedUp(by: block)
    if entries < needed {
      report.add(.warning, "the table has \(entries) blocks, a disk of that size needs \(needed)")
    }
    let offset = fields.big64(16)
    guard expect("the table of blocks", at: offset, count: entries * 4, &report) else { return }
    guard let table = try table(source, at: offset, count: min(entries, needed) * 4) else { return }
    var used: UInt64 = 0
    var last: UInt64 = 0
    for entry in stride(from: 0, to: table.count, by: 4) where table.big32(entry) != .max {
      used += 1
      last = max(last, UInt64(table.big32(entry)))
    }
    report.allocatedSize = used * block
    // In front of a block stands a bitmap with one bit a sector.
    let bitmap = (block / 512).dividedUp(by: 8).roundedUp(to: 512)
    if used > 0 { expect("the last block", at: last * 512, count: bitmap + block, &report) }
  }
}
