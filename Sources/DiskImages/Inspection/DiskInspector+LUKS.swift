extension DiskInspector {
  static func inspectLUKS(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    report.add(
      .error, "the disk is encrypted (LUKS): the cloud cannot read or start it",
      hint: "open it with cryptsetup and import a copy of the plain disk behind it")
    guard let fields = try header(source, count: 208, &report) else { return }
    let version = fields.big16(6)
    report.variant = "v\(version)"
    report.note("uuid", text(fields.slice(168, 40)))
    switch version {
    case 1:
      report.note("cipher", text(fields.slice(8, 32)) + "-" + text(fields.slice(40, 32)))
      report.note("hash", text(fields.slice(72, 32)))
      setPayload(UInt64(fields.big32(104)) * 512, &report)
    case 2:
      report.note("label", text(fields.slice(24, 48)))
      let json = try source.read(at: 4096, count: 12288)
      if let offset = offsetOfSegment(json) { setPayload(offset, &report) }
    default: report.add(.warning, "LUKS version \(version), expected 1 or 2")
    }
  }

  private static func setPayload(_ offset: UInt64, _ report: inout DiskInspection) {
    report.note("payload_offset", offset)
    if offset <= report.fileSize {
      report.virtualSize = report.fileSize - offset
    } else {
      report.add(
        .warning, "the data begins at offset \(offset), the file has \(report.fileSize) bytes: it is probably cut")
    }
  }

  /// The number behind the first `"offset"` within `"segments"`: all of the JSON that is wanted.
  private static func offsetOfSegment(_ json: [UInt8]) -> UInt64? {
    let text = json.prefix { $0 != 0 }
    guard let segments = find(Array("\"segments\"".utf8), in: text),
      let offset = find(Array("\"offset\"".utf8), in: text[segments...])
    else { return nil }
    let digits = text[offset...].drop { !(0x30...0x39).contains($0) && $0 != 0x7D }.prefix {
      (0x30...0x39).contains($0)
    }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// The place behind the first occurrence of `word`.
  private static func find(_ word: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= word.count else { return nil }
    for start in text.startIndex...(text.endIndex - word.count) where text[start] == word[0] {
      if text[start..<start + word.count].elementsEqual(word) { return start + word.count }
    }
    return nil
  }
}
