/// Where a VHDX file keeps its metadata and its table of blocks.
struct VHDXRegions {
  var metadata: (offset: UInt64, length: UInt64)?
  var blocks: (offset: UInt64, length: UInt64)?
  /// Whether a region that a reader must know is none of the two.
  var hasUnknown = false
  var checksumFits: Bool

  /// Nil when no region table stands in these 64 KiB.
  init?(_ bytes: [UInt8]) {
    let fields = ByteFields(bytes)
    guard fields.has("regi", at: 0) else { return nil }
    checksumFits = bytes.count == 65536 && CRC32C.checksum(of: bytes, zeroing: 4) == fields.little32(4)
    for number in 0..<Int(min(fields.little32(8), 2047)) {
      let entry = 16 + 32 * number
      guard entry + 32 <= fields.count else { return }
      let place = (offset: fields.little64(entry + 16), length: UInt64(fields.little32(entry + 24)))
      switch PartitionTable.guid(fields.slice(entry, 16)) {
      case "8B7CA206-4790-4B9A-B8FE-575F050F886E": metadata = place
      case "2DC27766-F623-4200-9D64-115E9BFD4A08": blocks = place
      default: hasUnknown = hasUnknown || fields.little32(entry + 28) & 1 != 0
      }
    }
  }
}
