import CloudAccess

/// What a check of preflight sees, and where it leaves its findings.
struct PreflightProbe {
  let request: ImportRequest
  let rules: RuleSet
  let facts: PreflightFacts
  var check: PreflightCheck
  private(set) var findings: [Finding] = []

  /// Questions whose failure a finding of a check explains already.
  private(set) var explained: Set<PreflightQuestion> = []

  init(request: ImportRequest, rules: RuleSet, facts: PreflightFacts, check: PreflightCheck) {
    self.request = request
    self.rules = rules
    self.facts = facts
    self.check = check
  }

  var dialect: CloudDialect { rules.dialect }

  /// The place of the file; nil where the request names none in the API's form.
  var location: ImageLocation? { rules.place(of: request) }

  /// Adds a finding under one of the check's rules; what is left out comes from the rule.
  mutating func report(
    _ number: Int, _ message: String, severity: Severity? = nil, code: String? = nil, hint: String? = nil
  ) {
    guard let rule = RuleSet.rule(number), let severity = severity ?? rule.severity.in(dialect) else { return }
    findings.append(
      Finding(
        rule: number, name: rule.name, field: rule.field, severity: severity, code: code ?? rule.code,
        message: message, hint: hint ?? rule.hint, check: check.name))
  }

  /// Lets a rule of the table judge what is known about the file.
  ///
  /// - Returns: whether it found anything.
  @discardableResult
  mutating func apply(_ number: Int, to file: ImageFileFacts?) -> Bool {
    let found = rules.findings(of: number, in: request, file: file, projectID: facts.projectID)
    findings += found.map { finding in
      var finding = finding
      finding.check = check.name
      return finding
    }
    return !found.isEmpty
  }

  /// Says that a finding tells why a question has no answer.
  mutating func explain(_ questions: PreflightQuestion...) { explained.formUnion(questions) }
}
