/// Why a cassette cannot be written, read or played.
public struct CassetteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence: the file, what was expected, what came.
  public var message: String
  /// What to do about it.
  public var hint: String?

  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
