extension DiskInspector {
  static func inspectVDI(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let fields = try header(source, count: 512, least: 456, &report) else { return }
    let size = fields.little64(368)
    // A disk has whole sectors, whatever the header says.
    report.virtualSize = size.roundedUp(to: 512)
    let version = fields.little32(68)
    if version != 0x0001_0001 {
      report.add(.warning, "version \(version >> 16).\(version & 0xFFFF) in the header, expected 1.1")
    }
    switch fields.little32(76) {
    case 1: report.variant = "dynamic"
    case 2: report.variant = "fixed"
    case 3, 4:
      report.variant = fields.little32(76) == 3 ? "undo" : "differencing"
      report.note("parent_uuid", uuid(fields.slice(440, 16)))
      report.add(
        .error, "a differencing disk, which needs its parent",
        hint: "clone it in VirtualBox first: VBoxManage clonemedium")
    default: report.add(.warning, "image type \(fields.little32(76)) in the header, expected 1 to 4")
    }
    let block = UInt64(fields.little32(376))
    let (blocks, allocated) = (UInt64(fields.little32(384)), UInt64(fields.little32(388)))
    report.note("block_size", block)
    report.note("comment", text(fields.slice(84, 256)))
    guard block >= 512, block <= 1 << 30 else {
      report.add(.warning, "a block size of \(block) bytes, expected 1048576")
      return
    }
    if fields.little32(360) != 512 {
      report.add(.warning, "sectors of \(fields.little32(360)) bytes, expected 512")
    }
    let needed = size.dividedUp(by: block)
    if blocks < needed { report.add(.warning, "\(blocks) blocks in the header, a disk of that size needs \(needed)") }
    guard allocated <= blocks else {
      report.add(.warning, "\(allocated) blocks are stored, of \(blocks) in all", hint: "the file is damaged")
      return
    }
    report.allocatedSize = allocated * block
    expect("the map of blocks", at: UInt64(fields.little32(340)), count: blocks * 4, &report)
    expect("the data", at: UInt64(fields.little32(344)), count: allocated * block, &report)
  }
}
