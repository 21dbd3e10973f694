/// What an ``APICall`` sends.
public enum APIBody: Sendable, Hashable {
  /// A JSON document, sent as `application/json`.
  case json(JSONValue)
  /// Bytes as they are, for bodies whose member order matters.
  case bytes([UInt8], contentType: String = "application/json")
}
