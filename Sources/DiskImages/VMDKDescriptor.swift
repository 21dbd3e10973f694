/// The text that describes a VMDK disk, alone in a file or inside one.
struct VMDKDescriptor: Equatable {
  /// Bytes of all extents; nil when there is none or the sum makes no sense.
  var size: UInt64?
  /// The files that hold the extents.
  var files: [String] = []
  /// Whether the disk holds only differences to a parent.
  var hasParent = false

  init(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if let access = words.first, ["RW", "RDONLY", "NOACCESS"].contains(access), words.count >= 3 {
        if let sectors = UInt64(words[1]) {
          let (bytes, overflow) = sectors.multipliedReportingOverflow(by: 512)
          size = overflow ? nil : (size ?? 0).adding(bytes)
        }
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        if parts.count >= 3 { files.append(String(parts[1])) }
      } else if line.lowercased().hasPrefix("parentcid=") {
        hasParent = !line.lowercased().hasSuffix("ffffffff")
      }
    }
  }
}
