/// A kind of mistake that `slipway check` looks for.
public struct CheckRule: Sendable {
  /// What findings, options and comments call it; never changes.
  public let id: String
  public let severity: CheckSeverity
  /// Whether it is looked for unless asked otherwise.
  public let isOnByDefault: Bool
  /// One clause.
  public let summary: String
  /// Why it is a mistake and what is not counted as one.
  public let explanation: String
  /// Lua that has the mistake.
  public let example: String

  init(
    _ id: String, _ severity: CheckSeverity, _ summary: String, _ explanation: String, _ example: String,
    isOnByDefault: Bool = true
  ) {
    self.id = id
    self.severity = severity
    self.isOnByDefault = isOnByDefault
    self.summary = summary
    self.explanation = explanation
    self.example = example
  }

  /// The rule with an id.
  public static func named(_ id: String) -> CheckRule? { all.first { $0.id == id } }

  /// Every rule, in the order of the documentation.
  public static let all: [CheckRule] = syntax + names + unused + interface + values + flow + comments
}
