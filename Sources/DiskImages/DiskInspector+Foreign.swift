extension DiskInspector {
  static func inspectQcow(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let fields = ByteFields(try source.read(at: 0, count: 104))
    guard complete(fields, 72, &report) || report.format == .qcow && fields.count >= 48 else { return }
    report.virtualSize = fields.big64(24)
    if fields.big64(8) != 0 {
      let length = Int(min(fields.big32(16), 1023))
      let name = String(decoding: try source.read(at: fields.big64(8), count: length), as: UTF8.self)
      report.add(
        .error, "the image needs its backing file '\(printable(name))': it holds only the differences",
        hint: "qemu-img convert reads both and writes one")
    }
    if fields.big32(report.format == .qcow ? 36 : 32) != 0 {
      report.add(.error, "the image is encrypted", hint: "convert it with its key: qemu-img convert --object secret,…")
    }
    guard report.format == .qcow2 else { return }
    let version = fields.big32(4)
    if version != 2, version != 3 { report.add(.warning, "qcow2 version \(version), expected 2 or 3") }
    if fields.big32(60) != 0 {
      report.add(.hint, "\(fields.big32(60)) internal snapshots, which a conversion leaves out")
    }
    if !(9...21).contains(fields.big32(20)) {
      report.add(.warning, "\(fields.big32(20)) cluster bits in the header, expected 9 to 21")
    }
    guard version >= 3 else { return }
    let features = fields.big64(72)
    if features & 1 != 0 { report.add(.warning, "marked as not closed properly", hint: "qemu-img check -r all") }
    if features & 2 != 0 { report.add(.warning, "marked as corrupt", hint: "qemu-img check") }
    if features & 4 != 0 { report.add(.error, "the data is in another file, which this one only describes") }
  }

  static func inspectQED(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let fields = ByteFields(try source.read(at: 0, count: 64))
    guard complete(fields, 64, &report) else { return }
    report.virtualSize = fields.little64(48)
    if fields.little64(16) & 1 != 0 {
      report.add(.error, "the image needs its backing file: it holds only the differences")
    }
  }

  static func inspectVHD(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let tail = try source.readTail(512)
    var footer = ByteFields(tail)
    if !footer.has("conectix", at: 0) {
      if footer.has("conectix", at: 1) {
        footer = ByteFields(Array(tail.dropFirst()) + [0])
      } else {
        report.add(.warning, "the footer in the last 512 bytes is missing: the file is probably cut")
        footer = ByteFields(try source.read(at: 0, count: 512))
      }
    }
    guard complete(footer, 84, &report) else { return }
    let size = footer.big64(48)
    report.virtualSize = size
    if footer.big32(64) != ZVHD2Header.checksum(of: footer.bytes) {
      report.add(.warning, "the checksum of the footer does not fit")
    }
    let type = footer.big32(60)
    switch type {
    case 2:
      if report.fileSize < size { report.add(.warning, "the file is shorter than its disk: it is probably cut") }
    case 3: break
    case 4: report.add(.error, "a differencing disk, which needs its parent", hint: "merge it with its parent first")
    default: report.add(.warning, "disk type \(type) in the footer, expected 2, 3 or 4")
    }
    let sectors = UInt64(footer.big16(56)) * UInt64(footer[58]) * UInt64(footer[59])
    let exact: [[UInt8]] = ["win ", "qem2", "d2v ", "tap\0", "CTXS", "\0\0\0\0"].map { Array($0.utf8) }
    if !exact.contains(footer.slice(28, 4)), sectors * 512 != size, sectors != 0 {
      report.add(.hint, "qemu-img reckons \(SizeText.bytes(sectors * 512)) from the geometry")
    }
  }

  static func inspectVDI(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let fields = ByteFields(try source.read(at: 0, count: 512))
    guard complete(fields, 376, &report) else { return }
    report.virtualSize = fields.little64(368)
    if fields.little32(76) == 4 {
      report.add(.error, "a differencing disk, which needs its parent", hint: "clone it in VirtualBox first")
    }
  }

  static func inspectVHDX(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    var best: ByteFields?
    for offset: UInt64 in [65536, 131_072] {
      let header = ByteFields(try source.read(at: offset, count: 80))
      guard header.has("head", at: 0), header.count == 80 else { continue }
      if best.map({ $0.little64(8) < header.little64(8) }) ?? true { best = header }
    }
    guard let best else {
      report.add(.warning, "no header at 64 or 128 KiB: the file is damaged or cut")
      return
    }
    if best.slice(48, 16).contains(where: { $0 != 0 }) {
      report.add(
        .warning, "the log holds changes that are not in the disk yet",
        hint: "attach it once in Hyper-V, or let qemu-img check -r all replay them")
    }
    for offset: UInt64 in [196_608, 262_144] where report.virtualSize == nil {
      report.virtualSize = try virtualSizeOfVHDX(source, regions: offset)
    }
    if report.virtualSize == nil { report.add(.warning, "the size of the disk is not in the metadata") }
  }

  private static func virtualSizeOfVHDX(_ source: any ByteSource, regions: UInt64) throws -> UInt64? {
    let table = ByteFields(try source.read(at: regions, count: 4096))
    guard table.has("regi", at: 0) else { return nil }
    for number in 0..<Int(min(table.little32(8), 127)) {
      let entry = 16 + 32 * number
      guard PartitionTable.guid(table.slice(entry, 16)) == "8B7CA206-4790-4B9A-B8FE-575F050F886E" else { continue }
      let region = table.little64(entry + 16)
      let metadata = ByteFields(try source.read(at: region, count: 4096))
      guard metadata.has("metadata", at: 0) else { return nil }
      for item in 0..<Int(min(metadata.little16(10), 127)) {
        let place = 32 + 32 * item
        let id = PartitionTable.guid(metadata.slice(place, 16))
        guard id == "2FA54224-CD1B-4876-B211-5DBED83BF4B8" else { continue }
        guard let offset = region.adding(UInt64(metadata.little32(place + 16))) else { return nil }
        let value = ByteFields(try source.read(at: offset, count: 8))
        return value.count == 8 ? value.little64(0) : nil
      }
    }
    return nil
  }

  static func inspectVMDK(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let fields = ByteFields(try source.read(at: 0, count: 512))
    if fields.has("COWD", at: 0) {
      guard complete(fields, 16, &report) else { return }
      report.virtualSize = UInt64(fields.little32(12)) * 512
    } else if fields.has("KDMV", at: 0) {
      guard complete(fields, 64, &report) else { return }
      let (size, overflow) = fields.little64(12).multipliedReportingOverflow(by: 512)
      report.virtualSize = overflow ? nil : size
      let sector = fields.little64(28)
      if sector > 0, sector < 1 << 40, fields.little64(36) > 0 {
        let text = try source.read(at: sector * 512, count: 20480)
        judgeVMDKDescriptor(VMDKDescriptor(text), embedded: true, &report)
      }
    } else {
      let descriptor = VMDKDescriptor(try source.read(at: 0, count: 20480))
      report.virtualSize = descriptor.size
      judgeVMDKDescriptor(descriptor, embedded: false, &report)
    }
  }

  private static func judgeVMDKDescriptor(
    _ descriptor: VMDKDescriptor, embedded: Bool, _ report: inout DiskInspection
  ) {
    if descriptor.hasParent {
      report.add(.error, "the image needs its parent: it holds only the differences", hint: "consolidate its snapshots")
    }
    if !embedded {
      let files = descriptor.files.isEmpty ? "other files" : descriptor.files.map(printable).joined(separator: ", ")
      report.add(.error, "only a description of the disk: the data is in \(files)", hint: "keep the files together")
    } else if descriptor.files.count > 1 {
      report.add(.error, "one part of a disk split into \(descriptor.files.count) files")
    }
  }

  /// Whether the header is there as a whole; if not, that is noted.
  private static func complete(_ fields: ByteFields, _ length: Int, _ report: inout DiskInspection) -> Bool {
    if fields.count >= length { return true }
    report.add(.error, "the file ends inside its header after \(report.fileSize) bytes", hint: "copy it again")
    return false
  }

  /// A name from a file, fit for a message.
  private static func printable(_ name: String) -> String {
    String(name.prefix(200).map { $0.isASCII && ($0.asciiValue ?? 0) < 32 || $0 == "\u{7F}" ? "?" : $0 })
  }
}
