import CloudAccess
import ScriptCheck
import Workbench

/// Writes findings in the forms that machines read.
enum CheckReport {
  static let columns: [DataOutput.Column] = [
    .init("FILE", "file"), .init("LINE", "line"), .init("COLUMN", "column"), .init("SEVERITY", "severity"),
    .init("RULE", "rule"), .init("MESSAGE", "message"),
  ]

  static func json(_ finding: CheckFinding) -> JSONValue {
    var object: [String: JSONValue] = [
      "file": .string(finding.file), "rule": .string(finding.rule), "severity": .string(finding.severity.rawValue),
      "message": .string(finding.message), "line": .integer(Int64(finding.start.line)),
      "column": .integer(Int64(finding.start.column)), "end_line": .integer(Int64(finding.end.line)),
      "end_column": .integer(Int64(finding.end.column)), "offset": .integer(Int64(finding.start.offset)),
    ]
    if let hint = finding.hint { object["hint"] = .string(hint) }
    if !finding.related.isEmpty {
      object["related"] = .array(
        finding.related.map { related in
          .object([
            "file": .string(related.file), "message": .string(related.message),
            "line": .integer(Int64(related.start.line)), "column": .integer(Int64(related.start.column)),
          ])
        })
    }
    return .object(object)
  }

  /// A workflow command that GitHub shows beside the line.
  static func github(_ finding: CheckFinding) -> String {
    let properties = [
      "file=\(property(finding.file))", "line=\(finding.start.line)", "col=\(finding.start.column)",
      "endLine=\(finding.end.line)", "endColumn=\(finding.end.column)", "title=\(property(finding.rule))",
    ].joined(separator: ",")
    let text = finding.message + (finding.hint.map { " (\($0))" } ?? "")
    return "::\(finding.severity.rawValue) \(properties)::\(data(text))"
  }

  private static func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }

  /// GitLab's code quality report: one array.
  static func gitlab(_ findings: [CheckFinding]) -> String {
    var seen: [String: Int] = [:]
    let entries = findings.map { finding -> String in
      let number = seen[finding.identity, default: 0]
      seen[finding.identity] = number + 1
      let path = finding.file.hasPrefix("./") ? String(finding.file.dropFirst(2)) : finding.file
      return JSONValue.object([
        "description": .string(finding.message + (finding.hint.map { " (\($0))" } ?? "")),
        "check_name": .string(finding.rule), "fingerprint": .string(finding.fingerprint(number)),
        "severity": .string(finding.severity == .error ? "major" : "minor"),
        "location": .object([
          "path": .string(path),
          "lines": .object([
            "begin": .integer(Int64(finding.start.line)), "end": .integer(Int64(finding.end.line)),
          ]),
        ]),
      ]).serialized()
    }
    return entries.isEmpty ? "[]" : "[\n" + entries.joined(separator: ",\n") + "\n]"
  }
}
