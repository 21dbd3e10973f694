import CloudAccess

/// All that the rules found in one request, in the order of the rules.
public struct ValidationReport: Sendable, Hashable {
  public var findings: [Finding]

  public init(findings: [Finding] = []) {
    self.findings = findings
  }

  /// The findings that refuse the request.
  public var errors: [Finding] { findings.filter { $0.severity == .error } }

  /// The findings that let it pass.
  public var warnings: [Finding] { findings.filter { $0.severity == .warning } }

  /// Whether the request may be sent: no errors, warnings allowed.
  public var isValid: Bool { findings.allSatisfy { $0.severity != .error } }

  /// The report as a JSON object with `ok`, `errors` and `warnings`.
  public var json: JSONValue {
    .object([
      "ok": .bool(isValid),
      "errors": .array(errors.map(\.json)),
      "warnings": .array(warnings.map(\.json)),
    ])
  }
}
