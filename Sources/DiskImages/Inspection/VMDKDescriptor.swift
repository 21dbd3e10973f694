/// The text that describes a VMDK disk, alone in a file or inside one.
struct VMDKDescriptor: Equatable {
  /// One piece of the disk.
  struct Extent: Equatable {
    var sectors: UInt64
    /// `FLAT`, `SPARSE`, `ZERO`, `VMFS`, …
    var kind: String
    /// The file it lies in; nil for one of zeros.
    var file: String?
  }

  /// `monolithicSparse`, `streamOptimized`, `twoGbMaxExtentFlat`, …; empty where the text does not say.
  var createType = ""
  var extents: [Extent] = []
  /// Whether the disk holds only differences to a parent.
  var hasParent = false
  var parentFile = ""
  var adapter = ""

  /// More extents than any disk has: 2 TB in pieces of 2 GB are a thousand.
  private static let mostExtents = 4096

  /// Bytes of all extents; nil when there is none or the sum makes no sense.
  var size: UInt64? {
    guard !extents.isEmpty else { return nil }
    var sum: UInt64 = 0
    for extent in extents {
      let (bytes, overflow) = extent.sectors.multipliedReportingOverflow(by: 512)
      guard !overflow, let next = sum.adding(bytes) else { return nil }
      sum = next
    }
    return sum
  }

  var files: [String] { extents.compactMap(\.file) }

  init(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      if let extent = Self.extent(line) {
        if extents.count < Self.mostExtents { extents.append(extent) }
        continue
      }
      guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
      let value = Self.unquoted(line[line.index(after: equals)...])
      switch line[..<equals].filter({ $0 != " " }).lowercased() {
      case "createtype": createType = value
      case "parentcid": hasParent = value.lowercased() != "ffffffff"
      case "parentfilenamehint": parentFile = value
      case "ddb.adaptertype": adapter = value
      default: break
      }
    }
  }

  /// A line such as `RW 20971520 FLAT "disk-flat.vmdk" 0`.
  private static func extent(_ line: Substring) -> Extent? {
    let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
    guard words.count >= 3, ["RW", "RDONLY", "NOACCESS"].contains(words[0]), let sectors = UInt64(words[1]) else {
      return nil
    }
    let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
    return Extent(sectors: sectors, kind: String(words[2]), file: parts.count >= 3 ? String(parts[1]) : nil)
  }

  private static func unquoted(_ text: Substring) -> String {
    String(text.drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" })
  }
}
