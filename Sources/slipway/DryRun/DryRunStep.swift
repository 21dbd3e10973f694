import CloudAccess
import Foundation
import ImageImport
import ScriptAPI

/// One thing that a script would do.
struct DryRunStep: Sendable {
  enum Action: String, Sendable {
    case `import`, upload, delete, http, convert
    /// An import that is found again: nothing would be sent.
    case reuse
    /// An import that is under way already: it would be waited for.
    case attach
    case setTags = "set_tags"
    case removeTags = "remove_tags"
    case deleteObject = "delete_object"
    case write
  }

  /// How it ends in its branch.
  enum Outcome: Sendable, Hashable {
    /// It would be sent, and the branch takes it to succeed.
    case planned
    /// Refused before anything is sent; the findings or the text say why.
    case refused(String?)
    /// It fails as the branch assumes, with a code.
    case fails(String)
    /// It fails by itself, whatever is assumed.
    case impossible(String)
  }

  var action: Action
  /// The thing: an image's name, a file, a URL.
  var what: String
  /// Where from or where to, for people.
  var detail: String?
  /// The request's body as it would be sent.
  var body: JSONValue?
  var bytes: UInt64?
  var call: ScriptCall?
  var outcome = Outcome.planned
  var validation: [Finding] = []
  var preflight: [Finding] = []
  var jobID: String?
  var imageID: String?
  var recordID: String?
  /// Where its bytes lie.
  var location: ImageLocation?
  /// Which of the steps taken down it was.
  var sequence = 0

  var site: DryRunSite? { call.map { DryRunSite($0) } }

  var findings: [(stage: String, finding: Finding)] {
    validation.map { ("validation", $0) } + preflight.map { ("preflight", $0) }
  }

  /// Whether it would change anything.
  var isChange: Bool {
    switch (action, outcome) {
    case (.reuse, _), (.attach, _), (_, .refused), (_, .impossible): false
    default: true
    }
  }

  var isRefused: Bool { if case .refused = outcome { true } else { false } }

  /// What makes it the same step in two runs of a script; how it ends does not.
  var identity: String {
    [action.rawValue, what, detail ?? "", body?.serialized() ?? "", site?.text ?? ""].joined(separator: "\u{0}")
  }

  /// The same with its end.
  var signature: String { identity + "\u{0}\(outcome)" }

  func json(number: Int, isNew: Bool) -> JSONValue {
    var members: [String: JSONValue] = [
      "number": .integer(Int64(number)), "action": .string(action.rawValue), "what": .string(what), "new": .bool(isNew),
    ]
    members["detail"] = detail.map(JSONValue.string)
    members["body"] = body
    members["bytes"] = bytes.map { .integer(Int64(clamping: $0)) }
    members["at"] = site?.json
    members["job_id"] = jobID.map(JSONValue.string)
    members["image_id"] = imageID.map(JSONValue.string)
    members["record_id"] = recordID.map(JSONValue.string)
    switch outcome {
    case .planned: members["outcome"] = "planned"
    case .refused(let why):
      members["outcome"] = "refused"
      members["message"] = why.map(JSONValue.string)
    case .fails(let code):
      members["outcome"] = "fails"
      members["code"] = .string(code)
      members["synthetic"] = true
    case .impossible(let why):
      members["outcome"] = "impossible"
      members["message"] = .string(why)
    }
    if jobID?.hasPrefix(SyntheticMark.prefix) == true { members["synthetic"] = true }
    members["findings"] = .array(
      findings.map { stage, finding in
        var entry = finding.json.objectValue ?? [:]
        entry["stage"] = .string(stage)
        return .object(entry)
      })
    return .object(members)
  }
}
