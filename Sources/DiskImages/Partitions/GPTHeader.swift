import CZlib

/// The header of a GUID partition table. Little-endian; places are in sectors.
struct GPTHeader: Equatable {
  var sectorSize: UInt64
  var ownSector: UInt64
  var otherSector: UInt64
  var lastUsable: UInt64
  var entriesSector: UInt64
  var entryCount: UInt64
  var entryLength: UInt64
  var entriesChecksum: UInt32
  /// Whether the checksum fits and the header says that it stands where it does.
  var isIntact: Bool

  /// Reads the header from the bytes of the sector it stands in.
  init(_ bytes: [UInt8], sector: UInt64, at place: UInt64) {
    let fields = ByteFields(bytes)
    sectorSize = sector
    ownSector = fields.little64(24)
    otherSector = fields.little64(32)
    lastUsable = fields.little64(48)
    entriesSector = fields.little64(72)
    entryCount = UInt64(fields.little32(80))
    entryLength = UInt64(fields.little32(84))
    entriesChecksum = fields.little32(88)
    let length = Int(fields.little32(12))
    isIntact = false
    guard (92...512).contains(length), fields.count >= length, ownSector == place else { return }
    var header = fields.slice(0, length)
    header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    isIntact = Self.crc32(header) == fields.little32(16)
  }

  /// Bytes of the table of entries; nil where the numbers make no sense.
  var tableLength: UInt64? {
    guard (128...4096).contains(entryLength), entryCount > 0, entryCount <= 4096, entriesSector < 1 << 48 else {
      return nil
    }
    return entryCount * entryLength
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: CZlib.crc32(0, bytes, UInt32(bytes.count)))
  }
}
