/// How grave a finding is.
public enum CheckSeverity: String, Sendable, CaseIterable, Comparable {
  /// The script raises an error there, or does not compile.
  case error
  /// The script runs, but hardly as it was meant.
  case warning

  public static func < (left: CheckSeverity, right: CheckSeverity) -> Bool { left == .error && right == .warning }
}
