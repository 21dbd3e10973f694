import Yams

/// A YAML document with its scalars as written, so that a password of digits keeps its zeros.
indirect enum ConfigurationNode: Sendable, Hashable {
  case scalar(String)
  case list([ConfigurationNode])
  case map([String: ConfigurationNode])

  /// Reads YAML or JSON; messages name the file and the line, never what stands there.
  ///
  /// All scalars are text here. Telling their types apart would take regular expressions, and with them megabytes of tables, at each start.
  init(parsing text: String, file: String) throws(ConfigurationError) {
    do {
      guard let node = try Yams.compose(yaml: text, .basic) else {
        self = .map([:])
        return
      }
      self = Self.convert(node)
    } catch let error as YamlError {
      throw ConfigurationError(message: "\(file)\(Self.line(of: error)) is no valid YAML.", hint: Self.problem(error))
    } catch {
      throw ConfigurationError(message: "\(file) is no valid YAML.")
    }
  }

  subscript(_ key: String) -> ConfigurationNode? {
    if case .map(let members) = self { return members[key] }
    return nil
  }

  var text: String? {
    if case .scalar(let text) = self { return text }
    return nil
  }

  var members: [String: ConfigurationNode]? {
    if case .map(let members) = self { return members }
    return nil
  }

  /// This node with the other's members laid over it, maps member by member.
  func merged(with other: ConfigurationNode) -> ConfigurationNode {
    guard case .map(let left) = self, case .map(let right) = other else { return other }
    return .map(left.merging(right) { $0.merged(with: $1) })
  }

  private static func convert(_ node: Node) -> ConfigurationNode {
    switch node {
    case .scalar(let scalar):
      // An unquoted `null` or `~` is no text.
      let isNull = scalar.style == .plain && ["null", "~", "Null", "NULL"].contains(scalar.string)
      return .scalar(isNull ? "" : scalar.string)
    case .sequence(let sequence): return .list(sequence.map(convert))
    case .mapping(let mapping):
      var members: [String: ConfigurationNode] = [:]
      for (key, value) in mapping { members[key.string ?? ""] = convert(value) }
      return .map(members)
    case .alias: return .scalar("")
    }
  }

  static func line(of error: YamlError) -> String {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): ":\(mark.line)"
    case .duplicatedKeysInMapping(_, let context): ":\(context.mark.line)"
    default: ""
    }
  }

  static func problem(_ error: YamlError) -> String? {
    switch error {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping: "a key stands there twice"
    default: nil
    }
  }
}
