import ImageImport
import Workbench

/// A validation report for people.
enum FindingText {
  static func report(_ report: ValidationReport, place: String, name: String?) -> String {
    let title = name.map { "\(place): \(DisplayText.harmless($0))" } ?? place
    guard !report.findings.isEmpty else { return "\(title): ok" }
    var lines = ["\(title): \(count(report.errors.count, "error")), \(count(report.warnings.count, "warning"))"]
    for finding in report.findings {
      let code = finding.code.map { ", \($0)" } ?? ""
      let check = finding.check.map { "check \($0), " } ?? ""
      let origin = DisplayText.harmless(check + (finding.origin ?? "rule 0") + code)
      lines.append(
        "  \(finding.severity.rawValue)  \(DisplayText.harmless(finding.field)) (\(origin)): \(DisplayText.harmless(finding.message))"
      )
      if let hint = finding.hint { lines.append("           hint: \(DisplayText.harmless(hint))") }
    }
    return lines.joined(separator: "\n")
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
