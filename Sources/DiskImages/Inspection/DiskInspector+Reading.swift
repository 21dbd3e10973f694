extension DiskInspector {
  /// The first bytes of a header; where the file ends before `least` of them, that is noted and nil returned.
  static func header(
    _ source: any ByteSource, at offset: UInt64 = 0, count: Int, least: Int? = nil, _ report: inout DiskInspection
  ) throws -> ByteFields? {
    let fields = ByteFields(try source.read(at: offset, count: count))
    if fields.count >= least ?? count { return fields }
    report.add(.error, "the file ends inside its header after \(report.fileSize) bytes", hint: "copy it again")
    return nil
  }

  /// A table of numbers, nil where it is longer than is read for an inspection or not whole in the file.
  static func table(_ source: any ByteSource, at offset: UInt64, count: UInt64) throws -> ByteFields? {
    let limit: UInt64 = source.isDistant ? 65536 : 8 << 20
    guard count > 0, count <= limit, let end = offset.adding(count), end <= source.size else { return nil }
    let fields = ByteFields(try source.read(at: offset, count: Int(count)))
    return fields.count == Int(count) ? fields : nil
  }

  /// Notes that a part of the file which its header names lies behind the file's end.
  @discardableResult
  static func expect(
    _ what: String, at offset: UInt64, count: UInt64, _ report: inout DiskInspection
  ) -> Bool {
    if let end = offset.adding(count), end <= report.fileSize { return true }
    report.add(
      .warning,
      "\(what) stands at offset \(offset), \(count) bytes long, the file has \(report.fileSize): it is probably cut",
      hint: "copy it again")
    return false
  }

  /// A name from a file, fit for a message: one line, not endless, without what a terminal would obey.
  static func printable(_ name: String) -> String {
    let shown = name.prefix(200).unicodeScalars.map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
      default: Character(scalar)
      }
    }
    return String(shown) + (name.dropFirst(200).isEmpty ? "" : "…")
  }

  /// Text in a field of fixed length: it ends at the first zero, spaces around it do not count.
  static func text(_ bytes: [UInt8]) -> String {
    var text = bytes.prefix { $0 != 0 }[...]
    while let last = text.last, last == 0x20 { text = text.dropLast() }
    while let first = text.first, first == 0x20 { text = text.dropFirst() }
    return printable(String(decoding: text, as: UTF8.self))
  }

  /// 16 bytes as a UUID in the order they stand; empty when all are zero.
  static func uuid(_ bytes: [UInt8]) -> String {
    guard bytes.count == 16, bytes.contains(where: { $0 != 0 }) else { return "" }
    return bytes.enumerated().map { index, byte in
      ([4, 6, 8, 10].contains(index) ? "-" : "") + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
