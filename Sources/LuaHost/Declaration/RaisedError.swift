/// A kind of error that a function raises, and when.
public struct RaisedError: Sendable {
  /// The word in `err.kind`.
  public let kind: String
  /// A clause such as "the file does not exist".
  public let when: String

  /// Declares an error.
  public init(_ kind: String, _ when: String) {
    self.kind = kind
    self.when = when
  }
}
