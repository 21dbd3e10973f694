import CloudAccess
import Workbench

/// What one look of the doctor found.
struct Diagnosis: Sendable {
  enum Status: String, Sendable {
    case ok, warning, failed, skipped
  }

  /// A stable name, for scripts that read the JSON.
  var check: String
  var status: Status
  /// One line: what was found.
  var message: String
  var hint: String?
  /// What else is known, as name and value, in the order to show.
  var facts: [(name: String, value: String)] = []
  /// The exit status that a failure calls for.
  var exit: ExitStatus = .failed

  static let columns: [DataOutput.Column] = [
    .init("CHECK", "check"), .init("STATUS", "status"), .init("MESSAGE", "message"), .init("HINT", "hint"),
  ]

  static func ok(_ check: String, _ message: String, _ facts: [(name: String, value: String)] = []) -> Diagnosis {
    Diagnosis(check: check, status: .ok, message: message, facts: facts)
  }

  static func warning(_ check: String, _ message: String, hint: String? = nil) -> Diagnosis {
    Diagnosis(check: check, status: .warning, message: message, hint: hint)
  }

  static func skipped(_ check: String, _ message: String, hint: String? = nil) -> Diagnosis {
    Diagnosis(check: check, status: .skipped, message: message, hint: hint)
  }

  static func failed(
    _ check: String, _ message: String, hint: String? = nil, exit: ExitStatus = .failed
  ) -> Diagnosis {
    Diagnosis(check: check, status: .failed, message: message, hint: hint, exit: exit)
  }

  /// A failed call, with the exit status of its kind.
  static func failed(_ check: String, _ error: any Error) -> Diagnosis {
    let report = ErrorReport(error)
    return .failed(check, report.message, hint: report.hint, exit: ExitStatus(error))
  }

  /// A line for people, and indented lines for the facts.
  func text(verbose: Bool) -> String {
    let mark =
      switch status {
      case .ok: "ok     "
      case .warning: "warning"
      case .failed: "FAILED "
      case .skipped: "skipped"
      }
    var lines = ["\(mark)  \(check): \(DisplayText.harmless(message))"]
    if let hint { lines.append("         hint: \(DisplayText.harmless(hint))") }
    if verbose {
      let width = facts.map(\.name.count).max() ?? 0
      for fact in facts {
        let name = fact.name + String(repeating: " ", count: width - fact.name.count)
        lines.append("         \(name)  \(DisplayText.harmless(fact.value))")
      }
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "check": .string(check), "status": .string(status.rawValue), "message": .string(message),
    ]
    if let hint { members["hint"] = .string(hint) }
    for fact in facts {
      members["facts", default: .object([:])] = .object(
        (members["facts"]?.objectValue ?? [:]).merging([fact.name: .string(fact.value)]) { $1 })
    }
    return .object(members)
  }
}
