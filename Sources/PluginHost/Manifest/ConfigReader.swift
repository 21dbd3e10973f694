import CloudAccess
import LuaHost
import ScriptAPI

/// Turns what a user wrote into a plugin's configuration, by the manifest's schema, and tells every mistake.
struct ConfigReader {
  var reader: NodeReader
  /// Finds secrets; nil where none can be.
  let secrets: SecretFinder?
  /// Texts that have a pattern to match, which a VM decides.
  private(set) var patterns: [PatternCheck] = []

  struct PatternCheck: Sendable {
    var text: String
    var pattern: String
    var problem: PluginProblem
  }

  init(reader: NodeReader, secrets: SecretFinder?) {
    self.reader = reader
    self.secrets = secrets
  }

  /// The configuration as the plugin sees it. `node` is what the user wrote, nil for nothing; `overrides` come from the command line.
  mutating func table(
    _ node: YAMLNode?, _ fields: [ConfigField], overrides: [(name: String, node: YAMLNode, place: String)] = [],
    owner: YAMLNode?
  ) -> LuaTable {
    var given: [String: (node: YAMLNode, place: String)] = [:]
    if let node, !node.isNull {
      let names = fields.map(\.name)
      if node.members != nil, names.isEmpty, node.members?.isEmpty == false {
        reader.note(node, "the plugin has no settings")
      } else {
        for (name, member) in reader.members(node, known: names, of: "the configuration") {
          given[name] = (member.value, reader.place)
        }
      }
    }
    for override in overrides {
      guard fields.contains(where: { $0.name == override.name }) else {
        reader.add([
          PluginProblem(
            place: override.place, message: "the plugin has no setting '\(override.name.prefix(60))'",
            hint: fields.isEmpty ? "it has none at all" : NodeReader.suggestion(override.name, fields.map(\.name)))
        ])
        continue
      }
      given[override.name] = (override.node, override.place)
    }
    var table = LuaTable()
    for field in fields {
      if let (node, place) = given[field.name], !node.isNull {
        if place == reader.place {
          table[field.name] = value(node, field, "'\(field.name)'")
        } else {
          var other = ConfigReader(reader: NodeReader(place: place), secrets: secrets)
          table[field.name] = other.value(node, field, "'\(field.name)'")
          reader.add(other.reader.problems.map { PluginProblem(place: place, message: $0.message, hint: $0.hint) })
          patterns += other.patterns
        }
      } else if let standard = field.standard {
        table[field.name] = value(standard, field, "'\(field.name)'")
      } else if field.isRequired {
        reader.note(
          node ?? owner, "the setting '\(field.name)' (\(field.kind.rawValue)) is required",
          hint: field.doc.isEmpty ? "add it under config" : "add it under config: \(field.doc)")
      }
    }
    return table
  }

  /// One value; `nil` after a mistake.
  mutating func value(_ node: YAMLNode, _ field: ConfigField, _ what: String) -> LuaValue {
    switch (field.kind, node.content) {
    case (.secret, _): return secret(node, what)
    case (.string, .scalar(.string(let text), _)): return string(text, node, field, what)
    case (.boolean, .scalar(.bool(let flag), _)): return .boolean(flag)
    case (.integer, .scalar(.integer(let number), _)):
      return inBounds(Double(number), node, field, what, shown: "\(number)") ? .integer(number) : .nil
    case (.number, .scalar(.integer(let number), _)):
      return inBounds(Double(number), node, field, what, shown: "\(number)") ? .integer(number) : .nil
    case (.number, .scalar(.number(let number), _)):
      return inBounds(number, node, field, what, shown: "\(number)") ? .number(number) : .nil
    case (.duration, .scalar):
      guard let text = node.text, let duration = LuaDuration.parse(text) else { break }
      let seconds = duration.inSeconds
      guard inBounds(seconds, node, field, what, shown: text) else { return .nil }
      return Int64(exactly: seconds).map { .integer($0) } ?? .number(seconds)
    case (.size, .scalar):
      guard let text = node.text, let size = LuaSize.parse(text), let bytes = Int64(exactly: size) else { break }
      return inBounds(Double(bytes), node, field, what, shown: text) ? .integer(bytes) : .nil
    case (.enum, .scalar):
      guard let text = node.text else { break }
      guard field.values.contains(text) else {
        reader.note(
          node, "\(what) must be one of \(field.values.joined(separator: ", ")), got '\(text.prefix(60))'",
          hint: Spelling.nearest(to: text, in: field.values).map { "did you mean '\($0)'?" })
        return .nil
      }
      return .string(text)
    case (.list, .list(let items)):
      guard inBounds(Double(items.count), node, field, what, shown: "\(items.count) items") else { return .nil }
      let element = field.items
      return .list(items.enumerated().map { value($1, element, "\(what)[\($0 + 1)]") })
    case (.map, .map(let members)):
      guard inBounds(Double(members.count), node, field, what, shown: "\(members.count) entries") else { return .nil }
      let element = field.items
      return .record(members.map { ($0.name, value($0.value, element, "\(what).\($0.name.prefix(40))")) })
    default: break
    }
    let quoting = field.kind == .string && node.text != nil ? "put it in quotes" : Self.hint(field.kind)
    reader.note(node, "\(what) must be \(Self.article(field.kind)), got \(node.shown)", hint: quoting)
    return .nil
  }

  private mutating func string(_ text: String, _ node: YAMLNode, _ field: ConfigField, _ what: String) -> LuaValue {
    guard inBounds(Double(text.count), node, field, what, shown: "\(text.count) characters") else { return .nil }
    if let pattern = field.pattern {
      patterns.append(
        PatternCheck(
          text: text, pattern: pattern,
          problem: PluginProblem(
            place: reader.place, line: node.line, column: node.column,
            message: "\(what) must match \(pattern), got '\(text.prefix(60))'",
            hint: field.doc.isEmpty ? nil : field.doc)))
    }
    return .string(text)
  }

  private mutating func inBounds(
    _ number: Double, _ node: YAMLNode, _ field: ConfigField, _ what: String, shown: String
  ) -> Bool {
    let isLow = field.minimum.map { number < $0 } ?? false
    let isHigh = field.maximum.map { number > $0 } ?? false
    guard isLow || isHigh else { return true }
    func text(_ bound: Double) -> String { Int64(exactly: bound).map { "\($0)" } ?? "\(bound)" }
    let unit = field.kind == .duration ? " seconds" : field.kind == .size ? " bytes" : ""
    let limit = isLow ? "at least \(text(field.minimum ?? 0))\(unit)" : "at most \(text(field.maximum ?? 0))\(unit)"
    reader.note(node, "\(what) must be \(limit), got \(shown)", hint: field.doc.isEmpty ? nil : field.doc)
    return false
  }

  /// A reference to a secret; what stands there is never shown, since it may be the secret itself.
  private mutating func secret(_ node: YAMLNode, _ what: String) -> LuaValue {
    guard let members = node.members, members.count == 1, let member = members.first,
      member.name == "env" || member.name == "file", let operand = member.value.text
    else {
      reader.note(
        node, "\(what) is a secret, which does not stand in a file or on a command line",
        hint: "say where it is: { env: NAME } or { file: PATH }; on the command line env:NAME or file:PATH")
      return .nil
    }
    guard let secrets else { return .nil }
    switch member.name == "env" ? secrets.variable(operand) : secrets.file(operand) {
    case .success(let secret): return SecretObject(operand, secret).value
    case .failure(let problem):
      reader.note(member.value, "\(what): \(problem.message)", hint: problem.hint)
      return .nil
    }
  }

  private static func article(_ kind: ConfigField.Kind) -> String {
    switch kind {
    case .integer: "a whole number"
    case .enum: "one of its values"
    case .boolean: "true or false"
    default: "a \(kind.rawValue)"
    }
  }

  private static func hint(_ kind: ConfigField.Kind) -> String? {
    switch kind {
    case .duration: "such as 30s or 1h30m"
    case .size: "such as 10MB"
    default: nil
    }
  }
}
