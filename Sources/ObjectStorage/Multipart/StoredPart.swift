/// A part that the store has.
public struct StoredPart: Sendable, Hashable {
  /// 1 to 10,000.
  public var number: Int
  /// The entity tag without quotes: the MD5 of the part, unless the bucket is encrypted.
  public var etag: String
  /// The size in bytes.
  public var size: UInt64

  public init(number: Int, etag: String, size: UInt64) {
    self.number = number
    self.etag = etag
    self.size = size
  }
}
