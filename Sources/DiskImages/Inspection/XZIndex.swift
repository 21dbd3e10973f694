/// The index at the end of an xz file, which tells how large the content is.
struct XZIndex {
  /// Bytes of the content of the last stream, nearly always the only one.
  var contentSize: UInt64

  /// Nil when the file does not end with an index that fits.
  init?(_ source: any ByteSource) throws {
    let footer = ByteFields(try source.readTail(12))
    guard footer.count == 12, footer.has("YZ", at: 10) else { return nil }
    let length = (UInt64(footer.little32(4)) + 1) * 4
    guard length <= 65536, source.size >= length + 12 else { return nil }
    let index = ByteFields(try source.read(at: source.size - 12 - length, count: Int(length)))
    guard index.count == Int(length), index[0] == 0 else { return nil }
    var place = 1
    /// A number of seven bits a byte, the lowest first.
    func number() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), through: 56, by: 7) {
        guard place < index.count else { return nil }
        let byte = index[place]
        place += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return value }
      }
      return nil
    }
    guard let records = number(), records <= length else { return nil }
    contentSize = 0
    for _ in 0..<records {
      guard number() != nil, let size = number(), let sum = contentSize.adding(size) else { return nil }
      contentSize = sum
    }
  }
}
