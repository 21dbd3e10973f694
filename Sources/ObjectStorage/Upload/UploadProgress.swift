/// How far an upload is.
public struct UploadProgress: Sendable, Hashable {
  /// Bytes of the object that are stored or on their way, those of earlier runs included.
  public var done: UInt64
  /// Bytes of the object that are certainly stored.
  public var stored: UInt64
  /// The object's size in bytes, where it is known.
  public var total: UInt64?
  public var parts: Int
  /// How many parts are under way.
  public var underWay: Int
  /// Bytes a second over the last seconds; nil at the beginning.
  public var bytesPerSecond: Double?
  /// How long the rest takes at this rate.
  public var remaining: Duration?

  /// From 0 to 1, where the size is known.
  public var fraction: Double? {
    total.map { $0 == 0 ? 1 : min(1, Double(done) / Double($0)) }
  }
}
