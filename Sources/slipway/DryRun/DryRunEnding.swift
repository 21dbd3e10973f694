import CloudAccess
import LuaHost
import Workbench

/// How a run of the script ended in a branch.
enum DryRunEnding: Sendable {
  case finished
  case exit(Int32)
  /// With an error that nobody caught, and the status that it would give.
  case raised(ErrorReport, ExitStatus)
  /// The dry run ended it, since it would go on for ever.
  case stopped(String)

  init(_ result: Result<Void, any Error>, script: ScriptFile, stopped: String?) {
    switch result {
    case _ where stopped != nil: self = .stopped(stopped ?? "")
    case .success: self = .finished
    case .failure(let error):
      if let error = error as? LuaError, case .exit(let code) = error.kind {
        self = .exit(code)
      } else {
        let report = ErrorReport(error, script: script) { name in
          name.hasSuffix(".lua") ? try? ScriptFile(path: name).bytes : nil
        }
        self = .raised(report, ExitStatus(error))
      }
    }
  }

  /// The status of the script's own end.
  var status: ExitStatus {
    switch self {
    case .finished: .success
    case .exit(let code): code == 0 ? .success : .exit(code)
    case .raised(_, let status): status
    case .stopped: .raised
    }
  }

  /// What two ends have in common that are the same.
  var signature: String {
    switch self {
    case .finished: "finished"
    case .exit(let code): "exit \(code)"
    case .raised(let report, _): "raised \(report.message) \(report.location?.line ?? 0)"
    case .stopped(let reason): "stopped \(reason)"
    }
  }

  var text: String {
    switch self {
    case .finished: return "the script ends well"
    case .exit(let code): return "the script ends with status \(code & 0xff)"
    case .raised(let report, _):
      let place = report.location.map { "\($0.source):\($0.line): " } ?? ""
      return "the script raises an error: \(place)\(report.message)"
    case .stopped(let reason): return "stopped here: \(reason)"
    }
  }

  var json: JSONValue {
    var members: [String: JSONValue] = ["exit_status": .integer(Int64(status.code))]
    switch self {
    case .finished: members["kind"] = "finished"
    case .exit: members["kind"] = "exit"
    case .raised(let report, _):
      members = report.json.objectValue?.filter { $0.key != "event" && $0.key != "kind" } ?? [:]
      members["exit_status"] = .integer(Int64(status.code))
      members["error_kind"] = report.kind.map(JSONValue.string)
      members["kind"] = "raised"
    case .stopped(let reason):
      members["kind"] = "stopped"
      members["message"] = .string(reason)
    }
    return .object(members)
  }
}
