/// What the items of a btrfs tree are sorted by.
struct BtrfsKey: Comparable {
  var id: UInt64
  var type: UInt8
  var offset: UInt64

  init(id: UInt64, type: UInt8, offset: UInt64) {
    self.id = id
    self.type = type
    self.offset = offset
  }

  init(_ fields: ByteFields, at offset: Int) {
    id = fields.little64(offset)
    type = fields[offset + 8]
    self.offset = fields.little64(offset + 9)
  }

  static func < (left: BtrfsKey, right: BtrfsKey) -> Bool {
    (left.id, left.type, left.offset) < (right.id, right.type, right.offset)
  }
}
