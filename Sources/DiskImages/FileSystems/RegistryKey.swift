/// A key of the registry, as its cell has it.
struct RegistryKey {
  private let fields: ByteFields

  init(_ fields: ByteFields) {
    self.fields = fields
  }

  var childCount: UInt32 { fields.little32(20) }
  var childList: UInt32 { fields.little32(28) }
  var valueCount: UInt32 { fields.little32(36) }
  var valueList: UInt32 { fields.little32(40) }

  var name: String {
    RegistryHive.text(fields, 76, Int(fields.little16(72)), isLatin: fields.little16(2) & 0x20 != 0)
  }
}
