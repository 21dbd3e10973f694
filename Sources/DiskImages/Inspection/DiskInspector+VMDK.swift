extension DiskInspector {
  /// Bytes of a descriptor that are read; the tools that write them give it 20 sectors.
  private static let descriptorLength = 20480

  static func inspectVMDK(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let start = ByteFields(try source.read(at: 0, count: 512))
    if start.has("COWD", at: 0) {
      guard let fields = try header(source, count: 512, least: 32, &report) else { return }
      report.variant = "COWD"
      report.virtualSize = UInt64(fields.little32(12)) * 512
      report.note("grain_size", UInt64(fields.little32(16)) * 512)
      expect(
        "the table of grains", at: UInt64(fields.little32(20)) * 512, count: UInt64(fields.little32(24)) * 4, &report)
    } else if start.has("KDMV", at: 0) {
      try inspectSparseVMDK(source, &report)
    } else {
      let descriptor = VMDKDescriptor(try source.read(at: 0, count: descriptorLength))
      report.virtualSize = descriptor.size
      judge(descriptor, isEmbedded: false, &report)
    }
  }

  private static func inspectSparseVMDK(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let first = try header(source, count: 512, least: 79, &report) else { return }
    let version = first.little32(4)
    if !(1...3).contains(version) { report.add(.warning, "VMDK version \(version), expected 1 to 3") }
    var fields = first
    if first.little64(56) == .max {
      // Written as a stream: what was not known at the start stands in a copy of the header near the end.
      let tail = ByteFields(try source.readTail(1024))
      if tail.has("KDMV", at: 0) {
        fields = tail
      } else {
        report.add(
          .warning, "the footer in the last 1024 bytes is missing: the file is probably cut", hint: "copy it again")
      }
    }
    judgeSparse(fields, &report)
    let (size, overflow) = first.little64(12).multipliedReportingOverflow(by: 512)
    report.virtualSize = overflow ? nil : size
    if overflow { report.add(.warning, "\(first.little64(12)) sectors in the header, more than any disk has") }
    let sector = first.little64(28)
    guard sector > 0, sector < 1 << 40, first.little64(36) > 0 else {
      report.add(
        .error, "one part of a disk: what the disk is stands in another file", hint: "keep the files together")
      return
    }
    let length = min(first.little64(36), UInt64(descriptorLength / 512)) * 512
    let descriptor = VMDKDescriptor(try source.read(at: sector * 512, count: Int(length)))
    judge(descriptor, isEmbedded: true, &report)
  }

  private static func judgeSparse(_ fields: ByteFields, _ report: inout DiskInspection) {
    let flags = fields.little32(8)
    report.variant = flags & 0x2_0000 != 0 ? "streamOptimized" : "sparse"
    if flags & 1 != 0, fields.slice(73, 4) != [0x0A, 0x20, 0x0D, 0x0A] {
      report.add(
        .error, "line ends were changed in the file: it was copied as text", hint: "copy it again in binary mode")
    }
    if fields[72] != 0 { report.add(.warning, "marked as not closed properly") }
    let grain = fields.little64(20)
    report.note("grain_size", grain < 1 << 40 ? grain * 512 : 0)
    if grain < 8 || grain.nonzeroBitCount != 1 || grain > 1 << 20 {
      report.add(.warning, "grains of \(grain) sectors, expected a power of two from 8 on, such as 128")
    }
    let compression = fields.little16(77)
    if flags & 0x1_0000 != 0 {
      report.note("compression", compression == 1 ? "deflate" : "\(compression)")
      if compression != 1 { report.add(.warning, "compression \(compression) in the header, expected 1 (deflate)") }
    }
    let directory = fields.little64(56)
    if directory != .max, directory > 0 {
      expect("the directory of grains", at: directory < 1 << 54 ? directory * 512 : .max, count: 4, &report)
    }
  }

  private static func judge(_ descriptor: VMDKDescriptor, isEmbedded: Bool, _ report: inout DiskInspection) {
    if !descriptor.createType.isEmpty { report.variant = printable(descriptor.createType) }
    report.note("adapter", printable(descriptor.adapter))
    if descriptor.hasParent {
      let parent = printable(descriptor.parentFile)
      report.note("backing_file", parent)
      report.add(
        .error,
        "the image needs its parent\(parent.isEmpty ? "" : " '\(parent)'"): it holds only the differences",
        hint: "consolidate its snapshots")
    }
    if !isEmbedded {
      let names = descriptor.files.map(printable)
      report.note("extents", Array(names.prefix(64)))
      let shown =
        names.isEmpty ? "other files" : names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
      report.add(
        .error, "only a description of the disk: the data is in \(shown)",
        hint: "keep the files together; a conversion of this one reads them all")
      if descriptor.extents.isEmpty { report.add(.warning, "the description names no part of the disk") }
    } else if descriptor.extents.count > 1 {
      report.note("extents", Array(descriptor.files.map(printable).prefix(64)))
      report.add(.error, "one part of a disk split into \(descriptor.extents.count) files")
    }
  }
}
