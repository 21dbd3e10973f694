/// A part to be sent: a piece of the object.
struct UploadPart: Sendable, Hashable {
  /// 1 to 10,000.
  var number: Int
  /// Where it begins in the object, in bytes.
  var offset: UInt64
  /// Its size in bytes.
  var size: UInt64
  /// Whether it is made while it is sent, so that no other part can be under way.
  var isExclusive = false
}
