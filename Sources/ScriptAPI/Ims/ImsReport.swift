import ImageImport
import LuaHost

/// A validation report as a plain Lua table.
package enum ImsReport {
  package static func value(_ report: ValidationReport) -> LuaValue {
    var table = LuaTable()
    table["ok"] = .boolean(report.isValid)
    table["findings"] = list(report.findings)
    table["errors"] = list(report.errors)
    table["warnings"] = list(report.warnings)
    return .table(table)
  }

  private static func list(_ findings: [Finding]) -> LuaValue {
    .table(LuaTable(array: findings.map(value)))
  }

  private static func value(_ finding: Finding) -> LuaValue {
    var table = LuaTable()
    table["rule"] = .integer(Int64(finding.rule))
    table["name"] = .string(LuaString(finding.name))
    table["field"] = .string(LuaString(finding.field))
    table["severity"] = .string(LuaString(finding.severity.rawValue))
    table["message"] = .string(LuaString(finding.message))
    if let code = finding.code { table["code"] = .string(LuaString(code)) }
    if let hint = finding.hint { table["hint"] = .string(LuaString(hint)) }
    if let check = finding.check { table["check"] = .string(LuaString(check)) }
    return .table(table)
  }
}
