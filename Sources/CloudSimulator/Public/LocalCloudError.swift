/// Why a local cloud could not start.
public struct LocalCloudError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, with the thing's name, in one sentence.
  public var message: String
  /// What to do about it.
  public var hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  public var description: String {
    hint.map { "\(message) (\($0))" } ?? message
  }
}
