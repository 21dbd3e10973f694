import CloudAccess

/// Reads the parts of a YAML file and keeps every mistake, so that all are told at once.
struct NodeReader {
  /// The file as the user knows it.
  let place: String
  private(set) var problems: [PluginProblem] = []

  init(place: String) { self.place = place }

  mutating func note(_ node: YAMLNode?, _ message: String, hint: String? = nil) {
    problems.append(
      PluginProblem(place: place, line: node?.line, column: node?.column, message: message, hint: hint))
  }

  mutating func note(_ member: YAMLNode.Member, _ message: String, hint: String? = nil) {
    problems.append(
      PluginProblem(place: place, line: member.line, column: member.column, message: message, hint: hint))
  }

  mutating func add(_ more: [PluginProblem]) { problems += more }

  /// The members of a map, of which only the known ones are kept.
  mutating func members(_ node: YAMLNode, known: [String], of what: String) -> [String: YAMLNode.Member] {
    guard let members = node.members else {
      note(node, "\(what) must be a map, got \(node.shown)", hint: "with the keys \(known.joined(separator: ", "))")
      return [:]
    }
    var found: [String: YAMLNode.Member] = [:]
    for member in members {
      if known.contains(member.name) {
        found[member.name] = member
      } else {
        note(member, "\(what) has no key '\(member.name.prefix(60))'", hint: Self.suggestion(member.name, known))
      }
    }
    return found
  }

  static func suggestion(_ name: String, _ known: [String]) -> String {
    if let near = Spelling.nearest(to: name, in: known) { return "did you mean '\(near)'?" }
    return "known are \(known.joined(separator: ", "))"
  }

  /// A text; a number or a truth value is none, since YAML may have changed it.
  mutating func text(_ node: YAMLNode, _ what: String, limit: Int = 1000) -> String? {
    guard case .scalar(.string(let text), _) = node.content else {
      note(node, "\(what) must be a text, got \(node.shown)", hint: node.text.map { "put it in quotes: \"\($0)\"" })
      return nil
    }
    guard text.utf8.count <= limit else {
      note(node, "\(what) is longer than \(limit) bytes")
      return nil
    }
    return text
  }

  mutating func integer(_ node: YAMLNode, _ what: String) -> Int? {
    guard case .scalar(.integer(let number), _) = node.content, let value = Int(exactly: number) else {
      note(node, "\(what) must be a whole number, got \(node.shown)")
      return nil
    }
    return value
  }

  mutating func boolean(_ node: YAMLNode, _ what: String) -> Bool? {
    guard case .scalar(.bool(let flag), _) = node.content else {
      note(node, "\(what) must be true or false, got \(node.shown)")
      return nil
    }
    return flag
  }

  /// The items of a list; nothing counts as an empty one.
  mutating func items(_ node: YAMLNode, _ what: String) -> [YAMLNode] {
    if node.isNull { return [] }
    guard let items = node.items else {
      note(node, "\(what) must be a list, got \(node.shown)")
      return []
    }
    return items
  }
}
