/// Something that is wrong with a script.
public struct CheckFinding: Sendable, Hashable {
  /// A place that has to do with a finding.
  public struct Related: Sendable, Hashable {
    public let message: String
    public let file: String
    public let start: SourcePosition
  }

  /// The file as it was named.
  public let file: String
  /// The id of the rule, such as "unknown-field".
  public let rule: String
  public var severity: CheckSeverity
  /// One sentence without a full stop.
  public let message: String
  /// What to do about it.
  public let hint: String?
  public let start: SourcePosition
  /// Behind the last character.
  public let end: SourcePosition
  public let related: [Related]
  /// The line it begins on, without its end; of a very long one, what stands around the place.
  public let sourceLine: String
  /// The column of its first character: 1, unless the line was cut.
  public let sourceColumn: Int
}
