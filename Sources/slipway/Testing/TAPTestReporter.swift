import CloudAccess
import Foundation
import Workbench

/// The Test Anything Protocol, version 14.
final class TAPTestReporter: TestReporter {
  private let console: Console
  private let number = Counter()

  init(console: Console) {
    self.console = console
  }

  func begin(count: Int) {
    console.print("TAP version 14\n1..\(count)")
  }

  func tell(_ outcome: TestOutcome) {
    let name = outcome.name.map { "\(outcome.file): \($0)" } ?? outcome.file
    let point = "\(number.next()) - \(Self.escaped(name))"
    switch outcome.result {
    case .passed: console.print("ok \(point)")
    case .skipped(let reason): console.print("ok \(point) # SKIP \(Self.escaped(reason))")
    case .failed(let report):
      console.print((["not ok \(point)"] + Self.diagnostic(outcome, report)).joined(separator: "\n"))
    }
  }

  func end(_ summary: TestSummary) {
    if summary.signal != nil { return console.print("Bail out! Interrupted") }
    if summary.left > 0 { console.print("Bail out! \(summary.left) cases were not tried after a failure") }
    console.print("# \(summary.passed) passed, \(summary.failed) failed, \(summary.skipped) skipped")
  }

  /// YAML, of which JSON is a part.
  private static func diagnostic(_ outcome: TestOutcome, _ report: ErrorReport) -> [String] {
    func json(_ text: String) -> String { JSONValue.string(text).serialized() }
    var lines = ["  ---", "  message: \(json(report.message))", "  severity: fail"]
    if let kind = report.kind { lines.append("  kind: \(json(kind))") }
    if let hint = report.hint { lines.append("  hint: \(json(hint))") }
    if let location = report.location {
      lines += ["  at:", "    file: \(json(location.source))", "    line: \(location.line)"]
    }
    if !report.traceback.isEmpty { lines += ["  traceback:"] + report.traceback.map { "    - \(json($0))" } }
    if !outcome.output.isEmpty { lines.append("  output: \(json(outcome.output))") }
    lines.append("  duration_ms: \(Int(outcome.duration / .milliseconds(1)))")
    return lines + ["  ..."]
  }

  /// A description in one line, in which no `#` begins a directive.
  private static func escaped(_ text: String) -> String {
    DisplayText.harmless(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }
}
