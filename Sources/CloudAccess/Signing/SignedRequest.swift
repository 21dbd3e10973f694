/// What signing made of a request, with the steps in between for tests and for finding mistakes.
public struct SignedRequest: Sendable {
  /// All headers to send, `Authorization` among them.
  public var headers: [(name: String, value: String)]
  /// The query to put on the wire, without `?`.
  public var wireQuery: String
  public var canonicalRequest: String
  public var stringToSign: String
  /// The value of the `Authorization` header.
  public var authorization: String
}
