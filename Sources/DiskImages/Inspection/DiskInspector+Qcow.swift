extension DiskInspector {
  static func inspectQcow2(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let fields = try header(source, count: 112, least: 72, &report) else { return }
    let version = fields.big32(4)
    report.variant = "v\(version)"
    report.virtualSize = fields.big64(24)
    if version != 2, version != 3 { report.add(.warning, "qcow2 version \(version), expected 2 or 3") }
    let bits = fields.big32(20)
    guard (9...21).contains(bits) else {
      report.add(.warning, "\(bits) cluster bits in the header, expected 9 to 21")
      return
    }
    report.note("cluster_size", 1 << UInt64(bits))
    let features = version >= 3 ? fields.big64(72) : 0
    if version >= 3, fields.count >= 104 {
      judgeFeatures(features, fields, &report)
    }
    try judgeBacking(source, at: fields.big64(8), length: fields.big32(16), &report)
    judgeEncryption(fields.big32(32), &report)
    judgeTables(fields, bits, isExtended: features & 16 != 0, &report)
    try describeSnapshots(source, fields, &report)
    if version >= 3 { try readExtensions(source, fields, bits, &report) }
  }

  static func inspectQcow(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let fields = try header(source, count: 48, &report) else { return }
    report.virtualSize = fields.big64(24)
    let bits = fields[32]
    if (9...16).contains(bits) {
      report.note("cluster_size", 1 << UInt64(bits))
    } else {
      report.add(.warning, "\(bits) cluster bits in the header, expected 9 to 16")
    }
    try judgeBacking(source, at: fields.big64(8), length: fields.big32(16), &report)
    judgeEncryption(fields.big32(36), &report)
    expect("the table of clusters", at: fields.big64(40), count: 8, &report)
  }

  private static func judgeBacking(
    _ source: any ByteSource, at offset: UInt64, length: UInt32, _ report: inout DiskInspection
  ) throws {
    guard offset != 0 else { return }
    if length > 1023 { report.add(.warning, "a backing file's name of \(length) bytes, expected at most 1023") }
    let name = text(try source.read(at: offset, count: Int(min(length, 1023))))
    report.note("backing_file", name)
    report.add(
      .error, "the image needs its backing file '\(name)': it holds only the differences",
      hint: "where both files are at hand, a conversion reads them together and writes a whole disk")
  }

  private static func judgeEncryption(_ method: UInt32, _ report: inout DiskInspection) {
    guard method != 0 else { return }
    let name = method == 1 ? "aes" : method == 2 ? "luks" : "\(method)"
    report.note("encryption", name)
    report.add(
      .error, "the image is encrypted (\(name)): the cloud cannot read it",
      hint: "write a plain copy with its key: qemu-img convert --object secret,id=key,file=KEY --image-opts …")
  }

  private static func judgeFeatures(_ features: UInt64, _ fields: ByteFields, _ report: inout DiskInspection) {
    if features & 1 != 0 {
      report.note("dirty", true)
      report.add(.warning, "marked as not closed properly", hint: "qemu-img check -r all")
    }
    if features & 2 != 0 {
      report.note("corrupt", true)
      report.add(.warning, "marked as corrupt", hint: "qemu-img check -r all")
    }
    if features & 4 != 0 {
      report.add(
        .error, "the data is in another file, which this one only describes", hint: "keep the two files together")
    }
    let headerLength = fields.big32(100)
    if features & 8 != 0 {
      let kind = fields[104]
      report.note("compression", kind == 1 ? "zstd" : kind == 0 ? "zlib" : "\(kind)")
      if kind > 1 || headerLength < 105 {
        report.add(.warning, "compression \(kind) in the header, expected 0 (zlib) or 1 (zstd)")
      }
    }
    if features & 16 != 0 { report.note("extended_l2", true) }
    if features >> 5 != 0 {
      report.add(.warning, "features that are not known: 0x\(String(features & ~31, radix: 16))")
    }
    if headerLength < 104 || headerLength % 8 != 0 || headerLength > 65536 {
      report.add(.warning, "a header of \(headerLength) bytes, expected 104 or a little more")
    }
    if fields.big64(80) & 1 != 0 { report.note("lazy_refcounts", true) }
    let order = fields.big32(96)
    if order > 6 { report.add(.warning, "a refcount order of \(order), expected at most 6") }
  }

  /// Whether the tables are there and large enough for the disk.
  private static func judgeTables(
    _ fields: ByteFields, _ bits: UInt32, isExtended: Bool, _ report: inout DiskInspection
  ) {
    let entries = UInt64(fields.big32(36))
    let perTable = UInt64(bits) - (isExtended ? 4 : 3)
    let needed = fields.big64(24).dividedUp(by: 1 << (UInt64(bits) + perTable))
    if entries < needed {
      report.add(
        .warning, "the first table has \(entries) entries, a disk of that size needs \(needed)",
        hint: "the file is damaged; qemu-img check tells more")
    }
    if entries > 0 { expect("the first table", at: fields.big64(40), count: entries * 8, &report) }
    let clusters = UInt64(fields.big32(56))
    expect("the table of reference counts", at: fields.big64(48), count: clusters << UInt64(bits), &report)
  }

  private static func describeSnapshots(
    _ source: any ByteSource, _ fields: ByteFields, _ report: inout DiskInspection
  ) throws {
    let count = fields.big32(60)
    guard count != 0 else { return }
    report.note("snapshots", UInt64(count))
    if count > 65536 {
      report.add(.warning, "\(count) snapshots in the header, expected at most 65536")
      return
    }
    report.add(.hint, "\(count) internal snapshot\(count == 1 ? "" : "s"), which a conversion leaves out")
    let table = ByteFields(try source.read(at: fields.big64(64), count: 4096))
    var names: [String] = []
    var place = 0
    while names.count < min(Int(count), 16), place + 40 <= table.count {
      let (idLength, nameLength) = (Int(table.big16(place + 12)), Int(table.big16(place + 14)))
      let extra = Int(table.big32(place + 36))
      guard extra <= 1024 else { break }
      let start = place + 40 + extra + idLength
      guard start + nameLength <= table.count else { break }
      names.append(text(table.slice(start, nameLength)))
      place = (start + nameLength + 7) / 8 * 8
    }
    report.note("snapshot_names", names)
  }

  /// The named parts behind the header: the format of the backing file, an external data file's name, bitmaps.
  private static func readExtensions(
    _ source: any ByteSource, _ fields: ByteFields, _ bits: UInt32, _ report: inout DiskInspection
  ) throws {
    let start = Int(min(fields.big32(100), 4096))
    let area = ByteFields(try source.read(at: 0, count: min(4096, 1 << Int(bits))))
    var place = start
    while start >= 104, place + 8 <= area.count {
      let (kind, length) = (area.big32(place), area.big32(place + 4))
      guard kind != 0, length <= 4096 else { return }
      let content = area.slice(place + 8, Int(length))
      switch kind {
      case 0xE279_2ACA: report.note("backing_format", text(content))
      case 0x4441_5441: report.note("data_file", text(content))
      case 0x2385_2875: report.note("bitmaps", UInt64(ByteFields(content).big32(0)))
      default: break
      }
      place += 8 + (Int(length) + 7) / 8 * 8
    }
  }
}
