import CloudAccess

/// What a check sees, and where it leaves its findings.
struct RuleProbe {
  let rule: ValidationRule
  let request: ImportRequest
  let dialect: CloudDialect
  let file: ImageFileFacts?
  let projectID: String?
  private(set) var findings: [Finding] = []

  init(
    rule: ValidationRule, request: ImportRequest, dialect: CloudDialect, file: ImageFileFacts?, projectID: String?
  ) {
    self.rule = rule
    self.request = request
    self.dialect = dialect
    self.file = file
    self.projectID = projectID
  }

  /// Adds a finding; what is left out comes from the rule.
  mutating func report(
    _ message: String, field: String? = nil, severity: Severity? = nil, code: String? = nil, hint: String? = nil
  ) {
    guard let severity = severity ?? rule.severity.in(dialect) else { return }
    findings.append(
      Finding(
        rule: rule.number, name: rule.name, field: field ?? rule.field, severity: severity, code: code ?? rule.code,
        message: message, hint: hint ?? rule.hint))
  }

  /// The file's place, when the field has the API's form and is no URL.
  var location: ImageLocation? { request.location }
}
