import CloudAccess
import Workbench

/// One JSON object a line, or a YAML document each: each case as it ends, and the run.
struct JSONTestReporter: TestReporter {
  let console: Console
  var form = OutputForm.json

  func begin(count: Int) {}

  func tell(_ outcome: TestOutcome) {
    var members: [String: JSONValue] = [
      "event": .string(outcome.isBroken ? "file" : "case"), "file": .string(outcome.file),
      "seconds": .number(Self.rounded(outcome.duration)),
    ]
    if let name = outcome.name {
      members["name"] = .string(name)
      members["line"] = .integer(Int64(outcome.line))
      members["virtual_seconds"] = .number(Self.rounded(outcome.virtualDuration))
    }
    if !outcome.output.isEmpty { members["output"] = .string(outcome.output) }
    switch outcome.result {
    case .passed: members["status"] = "passed"
    case .skipped(let reason):
      members["status"] = "skipped"
      members["reason"] = .string(reason)
    case .failed(let report):
      members["status"] = "failed"
      var error = report.json.objectValue ?? [:]
      error["event"] = nil
      members["error"] = .object(error)
    }
    write(members)
  }

  func end(_ summary: TestSummary) {
    write([
      "event": "finished", "passed": .integer(Int64(summary.passed)), "failed": .integer(Int64(summary.failed)),
      "skipped": .integer(Int64(summary.skipped)), "broken_files": .integer(Int64(summary.broken)),
      "not_tried": .integer(Int64(summary.left)), "seconds": .number(Self.rounded(summary.duration)),
      "exit_status": .integer(Int64(summary.status.code)),
    ])
  }

  private func write(_ members: [String: JSONValue]) {
    console.write(Array((form.data(.object(members)) ?? "").utf8))
  }

  private static func rounded(_ duration: Duration) -> Double { (duration.inSeconds * 1000).rounded() / 1000 }
}
