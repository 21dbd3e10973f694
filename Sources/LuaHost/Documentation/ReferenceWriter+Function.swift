extension ReferenceWriter {
  /// The section of a function or method.
  func function(_ function: FunctionDeclaration) -> [String] {
    let documentation = function.documentation
    var lines = ["", "### `\(function.name)`", "", "```", function.signature]
    lines += documentation.overloads.map { function.name + $0.text }
    lines += ["```", "", function.summary + (function.isWaiting ? " *Waits.*" : "")]
    if let instead = documentation.deprecated { lines += ["", "**Deprecated:** \(instead)"] }
    if !documentation.details.isEmpty { lines += ["", documentation.details] }
    let rows = function.parameters.flatMap { self.rows($0, prefix: "") }
    if !rows.isEmpty { lines += ["", "| parameter | type | what it is |", "|---|---|---|"] + rows }
    if !function.returns.isEmpty {
      lines += ["", "| returns | type | what it is |", "|---|---|---|"]
      lines += function.returns.map { row($0, prefix: "") }
    }
    if !documentation.raises.isEmpty {
      lines += ["", "| raises | when |", "|---|---|"]
      lines += documentation.raises.map { "| [`\($0.kind)`](\(indexName)#kinds) | \(Self.cell($0.when)) |" }
    }
    if let example = documentation.example { lines += ["", "```lua", example, "```"] }
    var last: [String] = []
    if !function.since.isEmpty { last.append("Since \(function.since).") }
    if let capability = function.capability { last.append("Needs the capability `\(capability)`.") }
    if !last.isEmpty { lines += ["", last.joined(separator: " ")] }
    return lines
  }

  /// A parameter's row, and below it those of a record that has no name and thus no section.
  private func rows(_ parameter: HostParameter, prefix: String) -> [String] {
    var rows = [row(parameter, prefix: prefix)]
    for case .record(let record) in parameter.type.alternatives where record.name == nil {
      rows += record.shownFields.flatMap { self.rows($0, prefix: "\(prefix)\(parameter.name).") }
    }
    return rows
  }

  func row(_ parameter: HostParameter, prefix: String) -> String {
    let optional = parameter.optional && !parameter.variadic
    return
      "| `\(prefix)\(parameter.name)\(optional ? "?" : "")` | \(link(parameter.type)) | \(Self.cell(parameter.docs)) |"
  }

  // MARK: Links

  /// A type with links to the sections of its parts.
  func link(_ type: LuaType) -> String {
    switch type {
    case .object("Error"): return "[Error](\(indexName)#errors)"
    case .object(let name):
      let owner = interface.modules.first { $0.types.contains { $0.name == name && !$0.isMereFunction } }
      return owner.map { "[\(name)](\(Self.page($0.name))#\(Self.slug("Type \(name)")))" } ?? name
    case .record(let record):
      guard let name = record.name, let page = owner(name) else { return "table" }
      return "[\(name)](\(page)#\(Self.slug("Table \(name)")))"
    case .alias(let alias):
      if alias.name == "ErrorKind" { return "[ErrorKind](\(indexName)#kinds)" }
      guard let page = owner(alias.name) else { return Self.cell(alias.name) }
      return "[\(alias.name)](\(page)#\(Self.slug("Values \(alias.name)")))"
    case .list(let item): return "list of \(link(item))"
    case .union(let types): return types.map(link).joined(separator: " or ")
    case .iterator(let values): return "iterator of \(values.map { link($0.type) }.joined(separator: ", "))"
    case .callback(let signature): return "`\(Self.cell(signature.documentedName))`"
    default: return Self.cell(type.documentedName)
    }
  }

  private func owner(_ name: String) -> String? {
    types.entries.first { $0.value.contains { $0.name == name } }.map { Self.page($0.key) }
  }

  /// The anchor that Markdown renderers make of a heading.
  static func slug(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap { character in
        character == " " ? "-" : character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
      })
  }

  static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}

extension LuaType {
  /// The members of a union, or the type itself.
  var alternatives: [LuaType] {
    if case .union(let types) = self { types } else { [self] }
  }
}
