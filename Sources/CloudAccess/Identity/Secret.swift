/// A text that no description, mirror or log shows: a password, a secret key, a token.
///
/// It is deliberately not `Codable`; the only way to the text is ``reveal()``, which can be searched for.
public struct Secret: Sendable, Hashable {
  private let value: String

  public init(_ value: String) {
    self.value = value
  }

  /// The text itself. Call it only where the text goes on the wire or into a signature.
  public func reveal() -> String { value }

  /// Whether the text has no character at all.
  public var isEmpty: Bool { value.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<secret>" }
  public var debugDescription: String { "<secret>" }
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
