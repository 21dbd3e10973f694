import CloudAccess
import PluginHost
import Workbench

/// A plugin in a list.
struct PluginRow {
  let candidate: PluginCandidate
  /// Whether the project or the command line names it.
  let isNamed: Bool

  init(_ candidate: PluginCandidate, isNamed: Bool) {
    self.candidate = candidate
    self.isNamed = isNamed
  }

  var state: String {
    if candidate.entry.isDisabled { return "disabled" }
    if !isNamed { return candidate.manifest == nil ? "broken" : "available" }
    return candidate.problems.isEmpty ? "ready" : "broken"
  }

  private var hooks: [String] { candidate.manifest?.hooks.map { $0.name.rawValue } ?? [] }
  private var asked: [String] { candidate.manifest?.requests.map { $0.capability.description } ?? [] }
  private var granted: [String] { candidate.granted.map(\.description) }

  var cells: [String] {
    func list(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: " ") }
    return [
      candidate.name, candidate.manifest.map { "\($0.version)" } ?? "-", state,
      candidate.lock == .none ? "-" : candidate.lock.rawValue, list(hooks), list(asked), list(granted),
    ].map { DisplayText.harmless($0) }
  }

  var json: JSONValue {
    func list(_ words: [String]) -> JSONValue { .array(words.map(JSONValue.string)) }
    var members: [String: JSONValue] = [
      "name": .string(candidate.name), "state": .string(state), "lock": .string(candidate.lock.rawValue),
      "hooks": list(hooks), "capabilities": list(asked), "granted": list(granted),
      "problems": list(candidate.problems.map(\.description)),
    ]
    members["version"] = candidate.manifest.map { .string("\($0.version)") }
    members["description"] = candidate.manifest.map { .string($0.description) }
    members["directory"] = candidate.directory.map(JSONValue.string)
    members["sources"] = candidate.manifest.map { list($0.sources.map(\.name)) }
    members["commands"] = candidate.manifest.map { list($0.commands.map(\.name)) }
    members["sha256"] = candidate.files.map { .string($0.hash) }
    return .object(members)
  }
}
