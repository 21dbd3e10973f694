/// Bytes in memory as a ``ByteSource``: for tests, and for what was fetched already.
public struct DataByteSource: ByteSource {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  public var size: UInt64 { UInt64(bytes.count) }

  public func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    guard length > 0 else { return [] }
    return Array(bytes[Int(offset)..<Int(offset) + length])
  }
}
