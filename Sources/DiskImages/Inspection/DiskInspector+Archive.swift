extension DiskInspector {
  /// Compressed bytes that are read to see what is in a file; enough for the first kilobytes of nearly every content.
  private static let packedLength = 65536
  private static let contentLength = 131_072

  static func inspectArchive(
    _ source: any ByteSource, _ fileName: String?, _ report: inout DiskInspection
  ) throws {
    switch report.format {
    case .ova, .tar: try inspectTar(source, &report)
    case .gzip: try inspectGzip(source, fileName, &report)
    case .zstd:
      let packed = try source.read(at: 0, count: packedLength)
      let size = CompressedHead.zstdContentSize(packed)
      if let size { report.note("content_size", size) }
      describeContent(CompressedHead.unzstd(packed, limit: contentLength), innerName(fileName), &report)
    case .xz:
      if let index = try XZIndex(source) {
        report.note("content_size", index.contentSize)
      } else {
        report.add(.warning, "the index at the end is missing: the file is probably cut", hint: "copy it again")
      }
      report.note("content", innerName(fileName) ?? "")
    case .bzip2: report.note("content", innerName(fileName) ?? "")
    case .zip: try inspectZip(source, &report)
    case .sevenZip:
      let fields = ByteFields(try source.read(at: 0, count: 32))
      report.variant = "\(fields[6]).\(fields[7])"
      let start = fields.little64(12).adding(32) ?? .max
      expect("the list of files", at: start, count: fields.little64(20), &report)
    default: break
    }
  }

  private static func inspectTar(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let archive = try TarArchive(source, limit: source.isDistant ? 12 : 64)
    if let fault = archive.fault { report.add(.warning, "the archive is damaged: \(fault)", hint: "copy it again") }
    report.note("members", archive.members.map(\.name))
    if report.format == .ova, archive.isComplete, !archive.members.contains(where: { $0.name.hasSuffix(".ovf") }) {
      report.add(.warning, "no .ovf among its files, expected one in an OVA")
    }
    let disk = archive.members.first { member in
      [.vmdk, .vhd, .vhdx, .qcow2, .vdi, .raw, .zvhd2].contains(DiskFormat(fileName: member.name))
    }
    guard let disk, let offset = disk.offset else { return }
    let inner = SliceByteSource(source, start: offset, size: disk.size)
    let format = try DiskFormat.detect(inner) ?? .raw
    describeDisk(disk.name, format, &report)
    try measureContent(inner, format, &report)
  }

  private static func inspectGzip(
    _ source: any ByteSource, _ fileName: String?, _ report: inout DiskInspection
  ) throws {
    let packed = try source.read(at: 0, count: packedLength)
    let fields = ByteFields(packed)
    var place = 10
    if fields[3] & 4 != 0 { place += 2 + Int(fields.little16(10)) }
    let stored = fields[3] & 8 != 0 ? text(fields.slice(place, 255)) : ""
    if report.fileSize >= 18 {
      // Larger contents begin again at zero, and nothing tells how often.
      report.note("content_size_modulo_4gib", UInt64(ByteFields(try source.readTail(4)).little32(0)))
    }
    let name = stored.isEmpty ? innerName(fileName) : stored
    describeContent(CompressedHead.gunzip(packed, limit: contentLength), name, &report)
  }

  private static func inspectZip(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    guard let archive = try ZipArchive(source) else {
      report.add(.warning, "the list of files at the end is missing: the file is probably cut", hint: "copy it again")
      return
    }
    report.note("members", Array(archive.members.map(\.name).prefix(64)))
    if archive.members.count == 1, let member = archive.members.first { report.note("content_size", member.size) }
    let disk = archive.members.first { DiskFormat(fileName: $0.name).map { !$0.isArchive } ?? false }
    if let disk { report.note("content", disk.name) }
  }

  /// The name a file has when it is unpacked: without the ending of its compression.
  private static func innerName(_ fileName: String?) -> String? {
    guard let fileName, let suffix = DiskFormat.fileExtension(of: fileName) else { return nil }
    let name = fileName.split(separator: "/").last ?? ""
    guard DiskFormat(fileName: fileName)?.isArchive == true else { return nil }
    return printable(String(name.dropLast(suffix.count + 1)) + (suffix == "tgz" ? ".tar" : ""))
  }

  /// What the first bytes of a content show.
  private static func describeContent(_ head: [UInt8], _ name: String?, _ report: inout DiskInspection) {
    guard !head.isEmpty else {
      report.add(.warning, "its content cannot be unpacked", hint: "the file is damaged; copy it again")
      report.note("content", name ?? "")
      return
    }
    let format = DiskFormat.detect(head: ByteFields(head)) ?? name.flatMap(DiskFormat.init(fileName:))
    guard let format else {
      report.note("content", name ?? "")
      return
    }
    describeDisk(name ?? "", format, &report)
    // Nothing tells how long the content is, so it is taken for endless.
    try? measureContent(HeadByteSource(bytes: head, size: 1 << 62), format, &report)
  }

  private static func describeDisk(_ name: String, _ format: DiskFormat, _ report: inout DiskInspection) {
    report.note("content", name)
    report.note("content_format", format.rawValue)
  }

  /// The size of the disk inside, where its header alone tells it.
  private static func measureContent(
    _ source: any ByteSource, _ format: DiskFormat, _ report: inout DiskInspection
  ) throws {
    guard !format.isArchive, format != .iso else { return }
    var inner = DiskInspection(format: format, fileSize: source.size)
    do {
      try inspect(source, as: format, nil, &inner)
    } catch is OutOfReach {
      // What was found before that is still true.
    }
    if format == .raw { inner.virtualSize = source.size < 1 << 62 ? source.size : nil }
    report.virtualSize = inner.virtualSize
  }
}
