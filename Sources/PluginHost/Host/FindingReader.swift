import ImageImport
import LuaHost

/// Takes the findings of `on_validate`, which come from anybody, as many as can be read.
struct FindingReader {
  /// What the name of a plugin's finding begins with.
  static let mark = "plugin:"
  /// The most findings of one plugin about one image.
  static let limit = 100

  let plugin: String

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  /// `values` are what was added through the report, and then what the hook returned.
  ///
  /// - Throws: ``Malformed`` for what is no finding: it may have been meant as a refusal.
  func findings(_ values: [LuaValue]) throws -> [Finding] {
    let list = values.first?.tableValue ?? LuaTable()
    guard list.entries.isEmpty else { throw Malformed(description: "the list of findings has gaps") }
    let added = list.array
    var returned: [LuaValue] = []
    switch values.count > 1 ? values[1] : .nil {
    case .nil, .boolean(true): break
    case .table(let table) where !table["message"].isNil: returned = [.table(table)]
    case .table(let table):
      guard table.entries.isEmpty else {
        throw Malformed(description: "it returned a table that is no list of findings")
      }
      returned = table.array
    case .boolean(false):
      let reason = values.count > 2 ? values[2].stringValue : nil
      returned = [.record([("message", .string(reason ?? "refused without a reason"))])]
    case let other:
      throw Malformed(description: "it returned \(other.kindName), expected a list of findings or nothing")
    }
    let all = try (added + returned).map(finding)
    guard all.count > Self.limit else { return all }
    // Of too many, those that refuse come first: none of them may get lost for a warning.
    let kept = Array((all.filter { $0.severity == .error } + all.filter { $0.severity == .warning }).prefix(Self.limit))
    return kept + [
      Finding(
        rule: 0, name: Self.mark + plugin, field: "request", severity: .warning,
        message: "the plugin has \(all.count - Self.limit) more findings, which are not shown")
    ]
  }

  private func finding(_ value: LuaValue) throws -> Finding {
    guard let table = value.tableValue else {
      throw Malformed(description: "a finding is \(value.kindName), expected a table with a message")
    }
    guard let message = table["message"].stringValue, !message.isEmpty else {
      throw Malformed(description: "a finding has no message")
    }
    let severity: Severity
    switch table["severity"] {
    case .nil: severity = .error
    case .string(let word):
      guard let known = Severity(rawValue: word.string) else {
        throw Malformed(
          description:
            "a finding has the severity '\(PluginText.line(word.string, limit: 40))', expected error or warning")
      }
      severity = known
    case let other: throw Malformed(description: "a finding's severity is \(other.kindName), expected error or warning")
    }
    return Finding(
      rule: 0, name: Self.mark + plugin, field: PluginText.line(table["field"].stringValue ?? "request", limit: 100),
      severity: severity, message: PluginText.line(message, limit: 500),
      hint: table["hint"].stringValue.map { PluginText.line($0, limit: 500) })
  }
}
