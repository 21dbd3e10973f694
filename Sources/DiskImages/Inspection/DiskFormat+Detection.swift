extension DiskFormat {
  /// Finds the format of `source` by its magic bytes; nil when none fits, which is how RAW disks look.
  ///
  /// Reads up to three small ranges: the first 4096 bytes, the last 512, and the volume descriptor of an ISO.
  public static func detect(_ source: any ByteSource) throws -> DiskFormat? {
    let head = ByteFields(try source.read(at: 0, count: 4096))
    if let format = detect(head: head) { return format }
    let tail = ByteFields(try source.readTail(512))
    // The footer of a fixed VHD has 512 bytes, with very old tools 511.
    if tail.has("conectix", at: 0) || tail.has("conectix", at: 1) { return .vhd }
    let descriptor = ByteFields(try source.read(at: 32769, count: 5))
    return descriptor.has("CD001", at: 0) ? .iso : nil
  }

  static func detect(head: ByteFields) -> DiskFormat? {
    for (magic, format) in magics where head.has(magic, at: 0) { return format }
    if head.has([0x51, 0x46, 0x49, 0xFB], at: 0) { return head.big32(4) == 1 ? .qcow : .qcow2 }
    if head.has(ZVHD2Header.zvhdCookie, at: 0) { return head[87] == 0 ? .zvhd : .zvhd2 }
    // Of bzip2 the level digit counts too: two letters and an "h" alone are too weak a sign.
    if head.has("BZh", at: 0), (0x31...0x39).contains(head[3]) { return .bzip2 }
    if head.count >= 68, head.little32(64) == 0xBEDA_107F { return .vdi }
    if head.has("ustar", at: 257) { return isOVA(head) ? .ova : .tar }
    return nil
  }

  /// Whether a tar archive begins as an OVA must: with its description.
  private static func isOVA(_ head: ByteFields) -> Bool {
    DiskInspector.text(head.slice(0, 100)).lowercased().hasSuffix(".ovf")
  }

  private static let magics: [([UInt8], DiskFormat)] = [
    (ZVHD2Header.zvhd2Cookie, .zvhd2),
    ([0x51, 0x45, 0x44, 0x00], .qed),
    (Array("conectix".utf8), .vhd),
    (Array("vhdxfile".utf8), .vhdx),
    (Array("KDMV".utf8), .vmdk),
    (Array("COWD".utf8), .vmdk),
    (Array("# Disk DescriptorFile".utf8), .vmdk),
    (Array("WithoutFreeSpace".utf8), .parallels),
    (Array("WithouFreSpacExt".utf8), .parallels),
    ([0x1F, 0x8B], .gzip),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
    ([0x50, 0x4B, 0x03, 0x04], .zip),
    ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
    ([0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE], .luks),
  ]
}
