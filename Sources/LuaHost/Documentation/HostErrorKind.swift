/// A kind of error that scripts can meet in `err.kind`.
public struct HostErrorKind: Sendable {
  /// The word in `err.kind`.
  public let name: String
  /// A clause that says what it means.
  public let docs: String

  /// Declares a kind.
  public init(_ name: String, _ docs: String) {
    self.name = name
    self.docs = docs
  }

  /// Those the host itself raises.
  public static let standard = [
    HostErrorKind("argument", "a call was wrong: an argument, a field or a receiver"),
    HostErrorKind("timeout", "a time limit that the script itself has set was over"),
    HostErrorKind("runtime", "a script of another VM raised"),
    HostErrorKind("syntax", "a text is not Lua"),
    HostErrorKind("memory", "a script of another VM used up its memory"),
    HostErrorKind("limit", "a script of another VM passed one of its limits"),
    HostErrorKind("cancelled", "what was waited for was cancelled"),
  ]
}
