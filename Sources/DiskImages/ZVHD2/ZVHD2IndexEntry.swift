/// One entry of a ZVHD2 file's index: where the frame of a block stands.
struct ZVHD2IndexEntry: Sendable, Hashable {
  static let length = 16

  /// Byte offset of the frame in the file.
  var offset: UInt64
  /// Number of the block on the disk; the bitmap is what counts.
  var block: UInt32
  /// Bytes of the whole frame.
  var length: UInt32

  init(parsing fields: ByteFields, at offset: Int) {
    self.offset = fields.little64(offset)
    block = fields.little32(offset + 8)
    length = fields.little32(offset + 12)
  }
}
