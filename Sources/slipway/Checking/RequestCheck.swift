import CloudAccess
import ImageImport
import LuaHost
import ScriptAPI
import ScriptCheck

/// Holds requests that a script writes down against the rules of the cloud.
enum RequestCheck {
  private static let kinds: [String: ImageKind] = ["ims.system_image": .system, "ims.data_image": .data]

  static func make(_ dialect: CloudDialect) -> LiteralCheck {
    let rules = RuleSet(dialect: dialect)
    let guesses = RequestGuesses(dialect: dialect)
    return LiteralCheck(functions: Set(kinds.keys), triers: ["test.raises"], askers: ["validate"]) {
      function, table, open in
      guard let kind = kinds[function] else { return [] }
      let findings = certain(guesses.fillings(of: open)) { filling in
        var whole = table
        for (name, value) in filling { whole[name] = value }
        return (try? ScriptRequests.request(kind, whole)).map { rules.report(for: $0).findings }
      }
      return findings.map { finding in
        LiteralCheck.Problem(
          severity: finding.severity == .error ? .error : .warning,
          message:
            "\(finding.message.hasSuffix(".") ? String(finding.message.dropLast()) : finding.message) (rule \(finding.rule)\(finding.code.map { ", \($0)" } ?? ""))",
          hint: finding.hint, field: finding.field)
      }
    }
  }

  /// What is found with every filling, so that it holds whatever the script puts there.
  ///
  /// Fillings that make no request, which `report` answers with nil, say nothing.
  private static func certain(
    _ fillings: [[String: LuaValue]], report: ([String: LuaValue]) -> [Finding]?
  ) -> [Finding] {
    var common: [Finding]?
    for filling in fillings {
      guard let findings = report(filling) else { continue }
      common = common.map { $0.filter(findings.contains) } ?? findings
      if common?.isEmpty == true { return [] }
    }
    return common ?? []
  }
}
