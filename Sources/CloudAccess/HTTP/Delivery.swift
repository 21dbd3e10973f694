/// What is known about a request that failed: whether the other side may have acted on it.
public enum Delivery: String, Sendable, Hashable, Codable {
  /// Certainly no byte of the request was seen; it may be sent again.
  case notSent
  /// An answer came, so the outcome is what the answer says.
  case answered
  /// Bytes may have left and no answer came; whether it was acted on is unknown.
  case ambiguous
}
