/// The first bytes of something whose rest cannot be had cheaply, such as a compressed file unpacked from its start.
struct HeadByteSource: ByteSource {
  let bytes: [UInt8]
  let size: UInt64

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    guard length > 0 else { return [] }
    guard offset <= UInt64(bytes.count), UInt64(bytes.count) - offset >= UInt64(length) else { throw OutOfReach() }
    return Array(bytes[Int(offset)..<Int(offset) + length])
  }
}
