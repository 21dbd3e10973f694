import CloudAccess
import LuaHost

/// Reads the `config` section of a manifest.
struct SchemaReader {
  var reader: NodeReader

  private static let keys = ["type", "default", "required", "doc", "min", "max", "pattern", "values", "items"]

  mutating func fields(_ node: YAMLNode) -> [ConfigField] {
    if node.isNull { return [] }
    guard let members = node.members else {
      reader.note(node, "config must be a map of names to their types, got \(node.shown)")
      return []
    }
    return members.compactMap { member in
      guard PluginAPI.isName(member.name) else {
        reader.note(member, "'\(member.name.prefix(60))' cannot be the name of a setting: \(PluginAPI.nameRule)")
        return nil
      }
      return field(member.name, member.value, isItem: false)
    }
  }

  private mutating func field(_ name: String, _ node: YAMLNode, isItem: Bool) -> ConfigField? {
    let what = isItem ? "the items of '\(name)'" : "the setting '\(name)'"
    // `tag: string` is as good as `tag: { type: string }`.
    if let word = node.text, node.members == nil, case .scalar(.string, _) = node.content {
      return kind(word, node, what).map { checked(ConfigField(name: name, kind: $0), node, what) }
    }
    let parts = reader.members(node, known: Self.keys, of: what)
    guard node.members != nil else { return nil }
    guard let type = parts["type"]?.value else {
      reader.note(node, "\(what) has no type", hint: "add type: string")
      return nil
    }
    guard let word = reader.text(type, "the type of \(what)"), let kind = kind(word, type, what) else { return nil }
    var field = ConfigField(name: name, kind: kind)
    if let node = parts["required"]?.value { field.isRequired = reader.boolean(node, "required") ?? false }
    if let node = parts["doc"]?.value { field.doc = reader.text(node, "doc") ?? "" }
    if let member = parts["min"] { field.minimum = bound(member, field) }
    if let member = parts["max"] { field.maximum = bound(member, field) }
    if let low = field.minimum, let high = field.maximum, low > high, let member = parts["min"] {
      reader.note(member, "the min of \(what) is above its max")
    }
    if let member = parts["pattern"] {
      if kind == .string {
        field.pattern = reader.text(member.value, "pattern", limit: 500)
      } else {
        reader.note(member, "only a string has a pattern, \(what) is of type \(kind.rawValue)")
      }
    }
    if let member = parts["values"] { readValues(member, &field, what) }
    if let member = parts["items"] {
      if kind == .list || kind == .map {
        if let items = self.field(name, member.value, isItem: true) { field.items = items }
      } else {
        reader.note(member, "only a list or a map has items, \(what) is of type \(kind.rawValue)")
      }
    }
    if let member = parts["default"] {
      field.standard = member.value
      if kind == .secret { reader.note(member, "a secret has no default", hint: "it would stand in the manifest") }
      if field.isRequired { reader.note(member, "\(what) is required and has a default", hint: "drop one of them") }
    }
    return checked(field, node, what)
  }

  private mutating func kind(_ word: String, _ node: YAMLNode, _ what: String) -> ConfigField.Kind? {
    if let kind = ConfigField.Kind(rawValue: word) { return kind }
    reader.note(
      node, "\(what) has the unknown type '\(word.prefix(40))'",
      hint: NodeReader.suggestion(word, ConfigField.Kind.allCases.map(\.rawValue)))
    return nil
  }

  private mutating func checked(_ field: ConfigField, _ node: YAMLNode, _ what: String) -> ConfigField {
    if field.kind == .enum, field.values.isEmpty {
      reader.note(node, "\(what) is an enum without values", hint: "add values: [one, two]")
    }
    if let standard = field.standard, field.kind != .secret {
      // The default must be what a user could have written.
      var config = ConfigReader(reader: NodeReader(place: reader.place), secrets: nil)
      _ = config.value(standard, field, "the default of '\(field.name)'")
      reader.add(config.reader.problems)
    }
    return field
  }

  private mutating func readValues(_ member: YAMLNode.Member, _ field: inout ConfigField, _ what: String) {
    guard field.kind == .enum else {
      return reader.note(member, "only an enum has values, \(what) is of type \(field.kind.rawValue)")
    }
    for item in reader.items(member.value, "values") {
      guard let word = item.text else {
        reader.note(item, "a value of an enum must be a text, got \(item.shown)")
        continue
      }
      if field.values.contains(word) { reader.note(item, "the value '\(word.prefix(40))' stands there twice") }
      field.values.append(word)
    }
  }

  private mutating func bound(_ member: YAMLNode.Member, _ field: ConfigField) -> Double? {
    let node = member.value
    switch (field.kind, node.content) {
    case (.boolean, _), (.enum, _), (.secret, _):
      reader.note(member, "a \(field.kind.rawValue) has no \(member.name)")
      return nil
    case (.duration, _):
      if let text = node.text, let duration = LuaDuration.parse(text) { return duration.inSeconds }
    case (.size, _):
      if let text = node.text, let size = LuaSize.parse(text) { return Double(size) }
    case (_, .scalar(.integer(let number), _)): return Double(number)
    case (.number, .scalar(.number(let number), _)): return number
    default: break
    }
    reader.note(node, "\(member.name) must be a \(Self.unit(field.kind)), got \(node.shown)")
    return nil
  }

  private static func unit(_ kind: ConfigField.Kind) -> String {
    switch kind {
    case .duration: "duration such as 30s"
    case .size: "size such as 10MB"
    case .number: "number"
    default: "whole number"
    }
  }
}
