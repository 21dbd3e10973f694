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
    return LiteralCheck(functions: Set(kinds.keys), triers: ["test.raises"], askers: ["validate"]) { function, table in
      guard let kind = kinds[function], let request = try? ScriptRequests.request(kind, table) else { return [] }
      return rules.report(for: request).findings.map { finding in
        LiteralCheck.Problem(
          severity: finding.severity == .error ? .error : .warning,
          message:
            "\(finding.message.hasSuffix(".") ? String(finding.message.dropLast()) : finding.message) (rule \(finding.rule)\(finding.code.map { ", \($0)" } ?? ""))",
          hint: finding.hint, field: finding.field)
      }
    }
  }
}
