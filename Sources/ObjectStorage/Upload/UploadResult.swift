/// An upload that is done.
public struct UploadResult: Sendable, Hashable {
  public var bucket: String
  public var key: String
  /// The object's size in bytes.
  public var size: UInt64
  /// The entity tag without quotes.
  public var etag: String?
  /// How many parts it has; 0 for an object that went in one piece.
  public var parts: Int
  /// How many bytes this run sent, those that were sent again included.
  public var sentBytes: UInt64
  /// How many bytes earlier runs had stored.
  public var resumedBytes: UInt64
  /// Whether the object was there already, the same byte for byte, so that nothing was sent.
  public var wasThere: Bool
  public var duration: Duration
}
