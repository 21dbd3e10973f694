extension HelpIndex {
  /// Help on a name as plain text that ends with a newline; nil when there is none.
  public func text(for name: String) -> String? {
    let found = topics(for: name)
    return found.isEmpty ? nil : found.map(text).joined(separator: "\n")
  }

  /// Help on a topic as plain text that ends with a newline.
  public func text(_ topic: Topic) -> String {
    switch topic {
    case .module(let module): text(module)
    case .function(let function): text(function)
    case .type(let type): text(type)
    case .member(let name, let type, let docs): "\(name): \(type.documentedName)\n  \(docs)\n"
    case .record(let record):
      "\(record.name ?? "table")\n  \(record.summary)\n" + Self.columns(rows(record.shownFields, indent: "  "))
    case .alias(let alias): text(alias)
    case .errorKind(let kind): "err.kind == \"\(kind.name)\"\n  \(kind.docs)\n"
    }
  }

  private func text(_ module: HostModule) -> String {
    var rows = module.functions.map { ["  " + FunctionDeclaration($0).callForm, $0.summary] }
    rows += module.constants.map { ["  \(module.name).\($0.name)", $0.docs] }
    rows += module.types.filter { !$0.isMereFunction }.map { ["  \($0.name)", $0.summary] }
    return "\(module.name): \(module.summary)\n" + Self.columns(rows)
  }

  private func text(_ type: ObjectType) -> String {
    var rows = type.fields.map { ["  .\($0.name)", $0.type.documentedName + ($0.optional ? "?" : ""), $0.docs] }
    if let element = type.elementType { rows.append(["  [i]", element.documentedName, "element i, from 1"]) }
    var text = "\(type.name)\n  \(type.summary)\n" + Self.columns(rows)
    text += Self.columns(type.methods.map { ["  " + FunctionDeclaration($0).callForm, $0.summary] })
    return text
  }

  private func text(_ alias: LuaAlias) -> String {
    let head = "\(alias.name)\(alias.isClosed ? "" : ": \(alias.type.documentedName)")\n  \(alias.summary)\n"
    return head + Self.columns(alias.words.map { ["  \(LuaText.quoted($0.word))", $0.docs] })
  }

  private func text(_ function: FunctionDeclaration) -> String {
    let documentation = function.documentation
    var text = function.signature + "\n"
    for overload in documentation.overloads { text += function.name + overload.text + "\n" }
    text += "  \(function.summary)" + (function.isWaiting ? " Waits.\n" : "\n")
    if !documentation.details.isEmpty { text += Self.indented(documentation.details, by: "  ") }
    if let instead = documentation.deprecated { text += "  Deprecated: \(instead)\n" }
    text += Self.columns(rows(function.parameters, indent: "  "))
    if !function.returns.isEmpty { text += "Returns\n" + Self.columns(rows(function.returns, indent: "  ")) }
    if !documentation.raises.isEmpty {
      text += "Raises\n" + Self.columns(documentation.raises.map { ["  \($0.kind)", $0.when] })
    }
    if let example = documentation.example { text += "Example\n" + Self.indented(example, by: "  ") }
    if let capability = function.capability { text += "Needs the capability \(capability).\n" }
    return text
  }

  private func rows(_ parameters: [HostParameter], indent: String) -> [[String]] {
    parameters.flatMap { parameter -> [[String]] in
      let mark = parameter.optional && !parameter.variadic ? "?" : ""
      var rows = [["\(indent)\(parameter.name)\(mark)", parameter.type.documentedName, parameter.docs]]
      for case .record(let record) in parameter.type.alternatives {
        rows += self.rows(record.shownFields, indent: indent + "  ")
      }
      return rows
    }
  }

  private static func indented(_ text: String, by indent: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { ($0.isEmpty ? "" : indent) + $0 + "\n" }
      .joined()
  }

  /// Rows as columns, two blanks apart; a column takes at most 40 characters of the others' width.
  private static func columns(_ rows: [[String]]) -> String {
    var widths: [Int] = []
    for row in rows {
      for (index, cell) in row.dropLast().enumerated() {
        if index == widths.count { widths.append(0) }
        if cell.count <= 40 { widths[index] = max(widths[index], cell.count) }
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index + 1 < row.count
          ? cell + String(repeating: " ", count: max(0, widths[index] - cell.count)) : cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
