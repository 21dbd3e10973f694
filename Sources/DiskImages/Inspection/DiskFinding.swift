/// One thing an inspection noticed.
public struct DiskFinding: Sendable, Hashable, CustomStringConvertible {
  public enum Severity: String, Sendable, CaseIterable {
    /// The cloud would refuse the file, or the image inside is of no use.
    case error
    /// Probably a mistake; the import may still work.
    case warning
    /// Worth knowing.
    case hint
  }

  public var severity: Severity
  /// What was expected and what was found.
  public var message: String
  /// What to do about it.
  public var hint: String?

  public init(_ severity: Severity, _ message: String, hint: String? = nil) {
    self.severity = severity
    self.message = message
    self.hint = hint
  }

  public var description: String {
    "\(severity.rawValue): \(message)" + (hint.map { " (\($0))" } ?? "")
  }
}
