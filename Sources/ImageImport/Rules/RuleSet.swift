import CloudAccess

/// The rules a request must keep in a cloud of one dialect.
///
/// One table is behind validation, dry runs, submission, the local cloud and the documentation, so that none of them can say something
/// else than the others.
public struct RuleSet: Sendable {
  public let dialect: CloudDialect

  public init(dialect: CloudDialect) {
    self.dialect = dialect
  }

  /// Every rule, in the order of the numbers.
  public static let all: [ValidationRule] =
    RuleSet.bodyRules + RuleSet.nameRules + RuleSet.locationRules + RuleSet.diskRules + RuleSet.kindRules
    + RuleSet.tagRules + RuleSet.accountRules + RuleSet.fileRules + RuleSet.afterwardsRules

  /// All findings at once, in the order of the rules.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - file: what is known about the image file; nil when nobody looked, and then rules about its size are silent.
  ///   - projectID: the project the request goes to; nil when unknown.
  /// - Returns: the report; it is the same for the same arguments.
  public func report(
    for request: ImportRequest, file: ImageFileFacts? = nil, projectID: String? = nil
  ) -> ValidationReport {
    ValidationReport(
      findings: RuleSet.all.flatMap { findings(of: $0, in: request, file: file, projectID: projectID) })
  }

  /// What one rule finds.
  func findings(
    of number: Int, in request: ImportRequest, file: ImageFileFacts? = nil, projectID: String? = nil
  ) -> [Finding] {
    RuleSet.rule(number).map { findings(of: $0, in: request, file: file, projectID: projectID) } ?? []
  }

  private func findings(
    of rule: ValidationRule, in request: ImportRequest, file: ImageFileFacts?, projectID: String?
  ) -> [Finding] {
    guard let check = rule.check else { return [] }
    var probe = RuleProbe(rule: rule, request: request, dialect: dialect, file: file, projectID: projectID)
    check(&probe)
    return probe.findings
  }

  /// The rule of a number.
  public static func rule(_ number: Int) -> ValidationRule? { all.first { $0.number == number } }
}
