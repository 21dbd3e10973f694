/// Other files that an image would make qemu open.
///
/// An image from a stranger can name any file of the machine that converts it, and the file's bytes would end up in
/// the copy. So names are looked for here, before qemu sees the image, and at least as widely as qemu does.
enum ForeignReferences {
  /// Throws ``DiskImageError`` of kind `unsupported` when the image names other files, or is encrypted.
  static func refuse(in source: any ByteSource, _ format: DiskFormat, path: String) throws {
    guard let found = try find(in: source, format) else { return }
    throw DiskImageError(
      .unsupported, "'\(path)' \(found), and other files are not read unless that is asked for",
      hint: "if you trust the image, follow its references (--follow-references)")
  }

  /// What the image refers to, as the end of a sentence; nil when it stands alone.
  static func find(in source: any ByteSource, _ format: DiskFormat) throws -> String? {
    let head = ByteFields(try source.read(at: 0, count: 512))
    switch format {
    case .qcow2, .qcow:
      if head.big64(8) != 0 { return "needs its backing file\(try name(source, head.big64(8), head.big32(16)))" }
      // Bit 2 of the incompatible features: the data lies in another file.
      return head.big32(4) >= 3 && head.big64(72) & 4 != 0 ? "keeps its data in another file" : nil
    case .qed:
      guard head.little64(16) & 1 != 0 else { return nil }
      return "needs its backing file\(try name(source, UInt64(head.little32(56)), head.little32(60)))"
    case .vhd:
      let footer = ByteFields(try source.readTail(512))
      return [head, footer].contains { $0.has("conectix", at: 0) && $0.big32(60) == 4 } ? "needs its parent" : nil
    case .vmdk:
      return try inVMDK(source, head)
    default:
      return nil
    }
  }

  private static func name(_ source: any ByteSource, _ offset: UInt64, _ length: UInt32) throws -> String {
    let bytes = try source.read(at: offset, count: Int(min(length, 1023)))
    let text = String(decoding: bytes, as: UTF8.self).filter { $0 >= " " }
    return text.isEmpty ? "" : " '\(text)'"
  }

  private static func inVMDK(_ source: any ByteSource, _ head: ByteFields) throws -> String? {
    var start: UInt64 = 0
    if head.has("KDMV", at: 0) {
      start = head.little64(28) < 1 << 50 ? head.little64(28) * 512 : 0
    } else if head.has("COWD", at: 0) {
      return nil
    }
    // As much as qemu reads.
    let text = try source.read(at: start, count: 1 << 20)
    if let parent = parent(text), !head.has("KDMV", at: 0) || start != 0 { return parent }
    // A sparse file with a size is the disk itself; the extents in its description are not opened.
    if head.has("KDMV", at: 0), head.little64(12) != 0 { return nil }
    for line in text.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      let words = line.drop { $0 == 32 || (9...13).contains($0) }
      guard ["RW", "RDONLY", "NOACCESS"].contains(where: { words.starts(with: Array($0.utf8)) }),
        let first = words.firstIndex(of: 34), let last = words.lastIndex(of: 34), first < last
      else { continue }
      let file = words[words.index(after: first)..<last]
      // Files beside the description are what such disks consist of; paths and protocols lead elsewhere.
      if file.contains(where: { [47, 58, 92].contains($0) }) {
        return "names the file '\(String(decoding: file.prefix(200), as: UTF8.self))'"
      }
    }
    return nil
  }

  /// A VMDK that holds only differences to another.
  private static func parent(_ text: [UInt8]) -> String? {
    let descriptor = VMDKDescriptor(text)
    return descriptor.hasParent ? "needs its parent" : nil
  }
}
