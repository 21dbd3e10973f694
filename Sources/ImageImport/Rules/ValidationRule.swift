import CloudAccess

/// One rule: its number and name, what it asks for, and the check.
public struct ValidationRule: Sendable {
  /// When a rule can be checked.
  public enum Stage: String, Sendable, CaseIterable {
    /// From the request alone, or with what is known about the file.
    case offline

    /// With a call to the cloud or the object store, before submitting.
    case preflight

    /// While submitting or after.
    case afterwards

    /// Not checked: something to know.
    case advice
  }

  /// The number in the documentation; 0 for the shape of the body.
  public let number: Int

  /// A short name, such as `name-characters`.
  public let name: String

  /// The field by its API name.
  public let field: String

  /// What the rule asks for, in one phrase.
  public let title: String
  public let severity: RuleSeverity
  public let stage: Stage

  /// The code with which the cloud is expected to refuse a breach; nil where it would not refuse.
  public let code: String?

  /// Whether the code is a guess: no document maps the breach to it.
  public let isCodeGuessed: Bool

  /// What to do about a breach, unless the check knows better.
  public let hint: String?

  /// How the dialects differ, in one phrase.
  public let differs: String?

  let check: (@Sendable (inout RuleProbe) -> Void)?

  /// A rule of any stage; the check is nil where this program does not check it here.
  init(
    _ number: Int, _ name: String, field: String, _ title: String, _ severity: RuleSeverity = .error,
    stage: Stage = .offline, code: String? = nil, guessed: Bool = false, hint: String? = nil, differs: String? = nil,
    check: (@Sendable (inout RuleProbe) -> Void)? = nil
  ) {
    self.number = number
    self.name = name
    self.field = field
    self.title = title
    self.severity = severity
    self.stage = stage
    self.code = code
    isCodeGuessed = guessed
    self.hint = hint
    self.differs = differs
    self.check = check
  }
}
