/// The members at the start of a tar archive, as which an OVA comes.
struct TarArchive {
  static let blockLength: UInt64 = 512

  var members: [ArchiveMember] = []
  /// Whether all members were seen: the end mark or the end of the file was reached.
  var isComplete = false
  /// What does not fit, one sentence; nil when nothing was noticed.
  var fault: String?

  /// Walks from header to header, at most `limit` of them.
  init(_ source: any ByteSource, limit: Int) throws {
    var place: UInt64 = 0
    var longName: String?
    for _ in 0..<limit {
      guard place < source.size else {
        fault = "it ends without its end mark: it is probably cut"
        return
      }
      let header = ByteFields(try source.read(at: place, count: 512))
      guard header.count == 512 else {
        fault = "it ends inside a header at offset \(place): it is probably cut"
        return
      }
      if header.bytes.allSatisfy({ $0 == 0 }) {
        isComplete = true
        return
      }
      guard header.has("ustar", at: 257), Self.checksumFits(header), let size = Self.number(header.slice(124, 12))
      else {
        fault = "there is no header at offset \(place), where the file before it ends"
        return
      }
      let content = place + Self.blockLength
      guard let end = content.adding(size), end <= source.size else {
        members.append(ArchiveMember(name: longName ?? Self.name(header), size: size, offset: content))
        fault = "it ends inside '\(longName ?? Self.name(header))': it is probably cut"
        return
      }
      switch header[156] {
      case UInt8(ascii: "L"): longName = DiskInspector.text(try source.read(at: content, count: Int(min(size, 1024))))
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        members.append(ArchiveMember(name: longName ?? Self.name(header), size: size, offset: content))
        longName = nil
      case UInt8(ascii: "x"), UInt8(ascii: "g"): break
      default: longName = nil
      }
      place = end.roundedUp(to: Self.blockLength)
    }
  }

  private static func name(_ header: ByteFields) -> String {
    let prefix = header.has("ustar\0", at: 257) ? DiskInspector.text(header.slice(345, 155)) : ""
    let name = DiskInspector.text(header.slice(0, 100))
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  /// A number in octal digits or, with the highest bit set, in binary.
  private static func number(_ field: [UInt8]) -> UInt64? {
    if let first = field.first, first & 0x80 != 0 {
      guard first == 0x80, field.count == 12, field[1...3].allSatisfy({ $0 == 0 }) else { return nil }
      return field[4...].reduce(0) { $0 << 8 | UInt64($1) }
    }
    let text = String(decoding: field.prefix { $0 != 0 }.filter { $0 != 0x20 }, as: UTF8.self)
    return text.isEmpty ? 0 : UInt64(text, radix: 8)
  }

  private static func checksumFits(_ header: ByteFields) -> Bool {
    var sum: UInt64 = 0
    for (offset, byte) in header.bytes.enumerated() { sum += (148..<156).contains(offset) ? 32 : UInt64(byte) }
    return number(header.slice(148, 8)) == sum
  }
}
