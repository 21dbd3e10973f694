/// The 48 bytes in front of a compressed block, and the rules of the frame around it.
struct ZVHD2Frame: Hashable {
  static let headerLength = 48
  static let alignment = 4096
  static let prefix = Array("hwstream bg".utf8) + [0]
  static let endMark = Array("end".utf8) + [0]

  /// Bytes of the payload alone.
  var payloadLength: UInt32
  /// Number of the block on the disk.
  var block: UInt32

  init(payloadLength: UInt32, block: UInt32) {
    self.payloadLength = payloadLength
    self.block = block
  }

  /// Reads a frame's header; throws when the prefix is not there.
  init(parsing bytes: [UInt8], at offset: UInt64) throws {
    let fields = ByteFields(bytes)
    guard fields.count >= Self.headerLength else {
      throw DiskImageError.truncated("a frame header", at: offset, expected: Self.headerLength, found: fields.count)
    }
    guard fields.has(Self.prefix, at: 0) else {
      let found = fields.slice(0, 12).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
      throw DiskImageError(
        .corrupt, "no frame at offset \(offset): expected 'hwstream bg', found bytes \(found.joined(separator: " "))",
        hint: "the image is damaged; copy or make it again")
    }
    payloadLength = fields.little32(12)
    block = fields.little32(16)
  }

  /// Bytes of the whole frame: header, payload and end mark, rounded up to 4096.
  var length: UInt64 {
    (UInt64(Self.headerLength) + UInt64(payloadLength) + 4).roundedUp(to: UInt64(Self.alignment))
  }

  /// The most bytes a frame can have whose payload unpacks to `blockSize` bytes.
  ///
  /// Incompressible data grows a little; the allowance is far above what zlib and zstd ever add.
  static func maximumPayload(blockSize: Int) -> UInt64 {
    UInt64(blockSize) + UInt64(blockSize / 8) + 65536
  }
}
