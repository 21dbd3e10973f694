/// Fixed-width numbers in a header; whatever lies outside the bytes reads as zero.
///
/// Headers come from strangers: no offset taken from one may crash, so every access is checked here, once.
struct ByteFields {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var count: Int { bytes.count }

  subscript(_ offset: Int) -> UInt8 {
    bytes.indices.contains(offset) ? bytes[offset] : 0
  }

  func little16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: little(offset, 2)) }
  func little32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: little(offset, 4)) }
  func little64(_ offset: Int) -> UInt64 { little(offset, 8) }
  func big16(_ offset: Int) -> UInt16 { little16(offset).byteSwapped }
  func big32(_ offset: Int) -> UInt32 { little32(offset).byteSwapped }
  func big64(_ offset: Int) -> UInt64 { little64(offset).byteSwapped }

  /// Whether `magic` stands at `offset`, whole.
  func has(_ magic: [UInt8], at offset: Int) -> Bool {
    guard offset >= 0, offset <= count, count - offset >= magic.count else { return false }
    return bytes[offset..<offset + magic.count].elementsEqual(magic)
  }

  func has(_ magic: String, at offset: Int) -> Bool {
    has(Array(magic.utf8), at: offset)
  }

  /// The bytes from `offset`, cut where the header ends.
  func slice(_ offset: Int, _ length: Int) -> [UInt8] {
    guard offset >= 0, offset < count, length > 0 else { return [] }
    return Array(bytes[offset..<min(count, offset + min(length, count))])
  }

  private func little(_ offset: Int, _ width: Int) -> UInt64 {
    guard offset >= 0, offset <= count, count - offset >= width else { return 0 }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return value
  }
}
