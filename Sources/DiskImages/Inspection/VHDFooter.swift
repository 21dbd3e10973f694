/// The footer of a VHD file: 512 bytes at its end and, but for fixed disks, a copy at its start. Big-endian.
struct VHDFooter {
  static let length = 512
  static let cookie = "conectix"

  private let fields: ByteFields

  /// Nil when the cookie is not there or the bytes are too few for the fields read.
  init?(_ bytes: [UInt8]) {
    fields = ByteFields(bytes)
    guard fields.has(Self.cookie, at: 0), fields.count >= 511 else { return nil }
  }

  var dataOffset: UInt64 { fields.big64(16) }
  /// Seconds since 2000-01-01 UTC.
  var timestamp: UInt32 { fields.big32(24) }
  var creator: [UInt8] { fields.slice(28, 4) }
  var currentSize: UInt64 { fields.big64(48) }
  var type: UInt32 { fields.big32(60) }
  var uuid: [UInt8] { fields.slice(68, 16) }
  var geometry: String { "\(fields.big16(56))/\(fields[58])/\(fields[59])" }

  /// The checksum leaves its own field out, as in the header that ZVHD2 took over from here.
  var checksumFits: Bool { fields.big32(64) == ZVHD2Header.checksum(of: fields.bytes) }

  /// Bytes of the disk as the geometry says.
  var geometrySize: UInt64 {
    UInt64(fields.big16(56)) * UInt64(fields[58]) * UInt64(fields[59]) * 512
  }

  /// Bytes of the disk as a guest sees them.
  ///
  /// Virtual PC and old QEMU show what the geometry says, the others what the footer says; the creator tells which. A
  /// geometry at its upper limit says nothing.
  var diskSize: UInt64 {
    let exact = ["win ", "qem2", "d2v ", "tap\0", "CTXS", "\0\0\0\0"].contains { Array($0.utf8) == creator }
    return exact || geometrySize == 65535 * 16 * 255 * 512 || geometrySize == 0 ? currentSize : geometrySize
  }
}
