import CloudAccess
import Foundation
import ScriptAPI

/// A place in a script where the result of something is asked for.
struct DryRunSite: Sendable, Hashable {
  var function: String
  var source: String?
  var line: Int?
  var asked = DryRunQuestion.result

  init(_ call: ScriptCall, _ asked: DryRunQuestion = .result) {
    (function, source, line) = (call.function, call.source, call.line)
    self.asked = asked
  }

  /// The place as messages write it: `fleet.lua:52`.
  var place: String? {
    guard let source, let line else { return nil }
    return "\((source as NSString).lastPathComponent):\(line)"
  }

  /// The call as scripts know it: `image:submit at fleet.lua:52`.
  var text: String { place.map { "\(function) at \($0)" } ?? function }

  /// With the place apart, as JSON.
  var json: JSONValue {
    var members: [String: JSONValue] = ["call": .string(function)]
    if asked != .result { members["asks_for"] = .string(asked.rawValue) }
    members["source"] = source.map(JSONValue.string)
    members["line"] = line.map { .integer(Int64($0)) }
    return .object(members)
  }
}
