extension DiskInspector {
  static func inspectRaw(
    _ source: any ByteSource, _ fileName: String?, _ report: inout DiskInspection
  ) throws {
    report.virtualSize = report.fileSize
    let head = try source.read(at: 0, count: FileSystemProbe.headLength)
    if let answer = answerInPlace(of: head) {
      report.add(
        .error, "the file is \(answer), not a disk",
        hint: "what was to be the disk is an answer of some server: get it again")
      return
    }
    if isText(head) {
      report.add(
        fileName.map { DiskFormat(fileName: $0) != .raw } == true ? .error : .warning,
        "the file is lines of text, no disk", hint: "is it a list, a key or a script?")
    }
    if let fileName {
      let suffix = DiskFormat.fileExtension(of: fileName)
      if suffix != "raw" {
        report.add(
          .warning, "taken as RAW, as no other format fits, but the name does not end in .raw",
          hint: "rename it to end in .raw if it is the plain bytes of a disk")
      }
    }
    report.add(.hint, "a RAW file needs a bitmap file (.mf) beside it in its bucket, a ZVHD2 file does not")
    if report.fileSize % 512 != 0 {
      report.add(
        .warning, "the size of \(report.fileSize) bytes is no multiple of 512: a disk has whole sectors",
        hint: "is the file cut off, or no disk at all?")
    }
    if try isZero(source, head) {
      report.add(.hint, "every byte of the disk is zero")
      return
    }
    try describeContent(source, &report)
  }

  /// Web pages and error documents get saved under the names of images; nil for anything else.
  static func answerInPlace(of head: [UInt8]) -> String? {
    let text = String(decoding: head.prefix(64), as: UTF8.self).lowercased().drop { $0.isWhitespace }
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "a web page" }
    if text.hasPrefix("<?xml") || text.hasPrefix("<error>") { return "an XML document" }
    return nil
  }

  /// Whether the bytes are lines of text: every disk has zeros or other control characters among its first thousands.
  private static func isText(_ head: [UInt8]) -> Bool {
    head.contains(0x0A) && head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
  }

  /// Whether nothing but zeros is there, as far as that is cheap to tell: a small file, or one that is a single hole.
  private static func isZero(_ source: any ByteSource, _ head: [UInt8]) throws -> Bool {
    guard head.allSatisfy({ $0 == 0 }) else { return false }
    if let file = source as? FileByteSource, try file.dataExtent(from: 0) == nil { return true }
    guard source.size <= 1 << 20, !source.isDistant else { return source.size <= UInt64(head.count) }
    return try source.read(at: 0, count: Int(source.size)).allSatisfy { $0 == 0 }
  }
}
