/// The facts about the disk that a VHDX file keeps in its metadata region.
struct VHDXMetadata {
  var virtualSize: UInt64?
  var blockSize: UInt64?
  var logicalSector: UInt64?
  var isFixed = false
  var hasParent = false
  var parentPath = ""
  /// Whether an item that a reader must know is not known here.
  var hasUnknown = false

  /// Nil when no metadata table stands at the region's start.
  init?(_ source: any ByteSource, at region: UInt64) throws {
    // Table and items stand 64 KiB apart; items are small.
    let table = ByteFields(try source.read(at: region, count: 4096))
    guard table.has("metadata", at: 0) else { return nil }
    for item in 0..<Int(min(table.little16(10), 126)) {
      let place = 32 + 32 * item
      let length = table.little32(place + 20)
      guard let offset = region.adding(UInt64(table.little32(place + 16))) else { continue }
      func value(_ count: Int) throws -> ByteFields {
        ByteFields(try source.read(at: offset, count: min(count, Int(min(length, 65536)))))
      }
      switch PartitionTable.guid(table.slice(place, 16)) {
      case "CAA16737-FA36-4D43-B3B6-33F0AA44E76B":
        let parameters = try value(8)
        blockSize = UInt64(parameters.little32(0))
        (isFixed, hasParent) = (parameters.little32(4) & 1 != 0, parameters.little32(4) & 2 != 0)
      case "2FA54224-CD1B-4876-B211-5DBED83BF4B8":
        let size = try value(8)
        if size.count == 8 { virtualSize = size.little64(0) }
      case "8141BF1D-A96F-4709-BA47-F233A8FAAB5F": logicalSector = UInt64(try value(4).little32(0))
      case "A8D35F2D-B30B-454D-ABF7-D3D84834AB0C": parentPath = Self.path(in: try value(4096))
      case "CDA348C7-445D-4471-9CC9-E9885251C556", "BECA12AB-B2E6-4523-93EF-C309E000C746": break
      default: hasUnknown = hasUnknown || table.little32(place + 24) & 4 != 0
      }
    }
  }

  /// The parent's path in its locator: pairs of keys and values in UTF-16.
  private static func path(in locator: ByteFields) -> String {
    func text(_ offset: Int, _ length: Int) -> String {
      let units = stride(from: offset, to: offset + length - 1, by: 2).map { locator.little16($0) }
      return String(decoding: units, as: UTF16.self)
    }
    var best = ""
    for entry in 0..<Int(min(locator.little16(18), 64)) {
      let place = 20 + 12 * entry
      let key = text(Int(locator.little32(place)), Int(locator.little16(place + 8)))
      let value = text(Int(locator.little32(place + 4)), Int(locator.little16(place + 10)))
      if key == "absolute_win32_path" || key == "relative_path" && best.isEmpty { best = value }
    }
    return best
  }
}
