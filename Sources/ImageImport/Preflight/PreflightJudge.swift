import CloudAccess

/// Makes a report of what preflight found out; the same for the same facts.
struct PreflightJudge: Sendable {
  let request: ImportRequest
  let rules: RuleSet
  let facts: PreflightFacts
  let checks: [PreflightCheck]

  var report: ValidationReport {
    var findings: [Finding] = []
    var explained: Set<PreflightQuestion> = []
    for check in checks {
      var probe = PreflightProbe(request: request, rules: rules, facts: facts, check: check)
      check.judge(&probe)
      findings += probe.findings
      explained.formUnion(probe.explained)
    }
    return ValidationReport(findings: findings + notMade(explained))
  }

  /// A warning for every reason for which checks were not made, with their names.
  private func notMade(_ explained: Set<PreflightQuestion>) -> [Finding] {
    var reasons: [(failure: PreflightFailure, checks: [PreflightCheck])] = []
    for check in checks {
      guard let failure = check.questions.lazy.compactMap({ facts.failure(of: $0) }).first,
        !check.questions.contains(where: { question in
          guard let failure = facts.failure(of: question) else { return false }
          return explained.contains(failure.cause ?? question)
        })
      else { continue }
      if let index = reasons.firstIndex(where: { $0.failure.error.message == failure.error.message }) {
        reasons[index].checks.append(check)
      } else {
        reasons.append((failure, [check]))
      }
    }
    return reasons.compactMap { reason in
      guard let first = reason.checks.first, let rule = first.rules.first.flatMap(RuleSet.rule) else { return nil }
      return Self.notMade(reason.checks.map(\.name), reason.failure.error, first, rule)
    }
  }

  private static func notMade(
    _ names: [String], _ error: CloudError, _ check: PreflightCheck, _ rule: ValidationRule
  ) -> Finding {
    let reason = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
    let code = error.code.map { reason.contains($0) ? "" : " [\($0)]" } ?? ""
    let hint = error.hint.map { $0.prefix(1).uppercased() + $0.dropFirst() + ($0.hasSuffix(".") ? " " : ". ") } ?? ""
    return Finding(
      rule: rule.number, name: rule.name, field: rule.field, severity: .warning,
      message: "Not checked: \(names.joined(separator: ", ")): \(Quoted.plain(reason))\(code).",
      // Of a place that is none, the rules say what is wrong.
      hint: error.kind == .validation && error.status == nil
        ? "See what validation says about it."
        : "\(hint)To do without: --skip-preflight \(names.joined(separator: ",")).",
      check: check.name)
  }
}
