import Yams

/// A value of a YAML or JSON file that knows its line, for messages that lead to the mistake.
package struct LocatedValue: Sendable {
  package enum Content: Sendable {
    case scalar(JSONValue)
    case list([LocatedValue])
    /// Members in their order; `line` of a member's value is the line of its name.
    case map([(name: String, value: LocatedValue)])
  }

  package var content: Content
  /// Counted from 1.
  package var line: Int

  /// Reads YAML, of which JSON is a part; aliases are refused.
  ///
  /// Throws a ``ConfigurationError`` that names file and line.
  package init(parsing text: String, file: String) throws(ConfigurationError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ConfigurationError(
        message: "\(file)\(ConfigurationNode.line(of: error)) is no valid YAML.",
        hint: ConfigurationNode.problem(error))
    } catch {
      throw ConfigurationError(message: "\(file) is no valid YAML.")
    }
    guard let root else { throw ConfigurationError(message: "\(file) is empty.") }
    var left = YAMLReader.valueLimit
    guard let value = Self(root, line: 1, left: &left) else {
      throw ConfigurationError(message: "\(file) unfolds to more than \(YAMLReader.valueLimit) values.")
    }
    self = value
  }

  private init?(_ node: Node, line: Int, left: inout Int) {
    left -= 1
    guard left >= 0 else { return nil }
    let line = node.mark?.line ?? line
    self.line = line
    switch node {
    case .scalar(let scalar): content = .scalar(YAMLReader.scalar(scalar))
    case .alias: content = .scalar(.null)
    case .sequence(let items):
      var values: [LocatedValue] = []
      for item in items {
        guard let value = Self(item, line: line, left: &left) else { return nil }
        values.append(value)
      }
      content = .list(values)
    case .mapping(let mapping):
      var members: [(name: String, value: LocatedValue)] = []
      for (key, item) in mapping {
        guard var value = Self(item, line: line, left: &left) else { return nil }
        value.line = key.mark?.line ?? value.line
        members.append((key.string ?? "", value))
      }
      content = .map(members)
    }
  }

  /// The value without its lines.
  package var json: JSONValue {
    switch content {
    case .scalar(let value): value
    case .list(let values): .array(values.map(\.json))
    case .map(let members):
      .object(Dictionary(members.map { ($0.name, $0.value.json) }, uniquingKeysWith: { $1 }))
    }
  }
}
