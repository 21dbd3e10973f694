/// A mistake in the configuration, naming the file or variable, the entry and the field.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// What to do about it.
  public var hint: String?

  public init(message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
