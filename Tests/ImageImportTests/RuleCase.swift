import CloudAccess
import Testing

@testable import ImageImport

/// A change to a sample request, and what a rule must say about it.
struct RuleCase: Sendable, CustomTestStringConvertible {
  var rule: Int
  var kind: ImageKind
  var changes: [String: JSONValue]
  var file: ImageFileFacts?
  var project: String?

  /// What the rule finds; nil where it must be silent. Both dialects unless one is named.
  var otc: Severity?
  var huawei: Severity?

  init(
    _ rule: Int, _ changes: [String: JSONValue], _ severity: Severity? = nil, kind: ImageKind = .system,
    file: ImageFileFacts? = nil, project: String? = nil
  ) {
    self.init(rule, changes, otc: severity, huawei: severity, kind: kind, file: file, project: project)
  }

  init(
    _ rule: Int, _ changes: [String: JSONValue], otc: Severity?, huawei: Severity?, kind: ImageKind = .system,
    file: ImageFileFacts? = nil, project: String? = nil
  ) {
    self.rule = rule
    self.kind = kind
    self.changes = changes
    self.file = file
    self.project = project
    self.otc = otc
    self.huawei = huawei
  }

  func severity(in dialect: CloudDialect) -> Severity? { dialect == .otc ? otc : huawei }

  func findings(in dialect: CloudDialect) -> [Finding] {
    let request = (kind == .system ? Samples.system : Samples.data).with(changes)
    return RuleSet(dialect: dialect).report(for: request, file: file, projectID: project).findings
      .filter { $0.rule == rule }
  }

  var testDescription: String {
    let text = JSONValue.object(changes).serialized()
    return "rule \(rule) \(kind) \(text.prefix(80))"
  }
}

/// A text of so many letters.
func letters(_ count: Int, _ letter: String = "a") -> String { String(repeating: letter, count: count) }

/// So many tags, in the form of `image_tags`.
func manyTags(_ count: Int) -> JSONValue {
  .array((0..<count).map { ["key": .string("k\($0)"), "value": "v"] })
}

/// One tag in the form of `image_tags`.
func tag(_ key: String, _ value: String) -> JSONValue { [["key": .string(key), "value": .string(value)]] }
