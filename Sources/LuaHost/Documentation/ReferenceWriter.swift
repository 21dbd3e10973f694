/// Writes a program's interface as Markdown: an index and one page a module.
public struct ReferenceWriter: Sendable {
  /// What stands above the index's table of modules, in Markdown.
  public var introduction = """
    # Script reference

    Written from the declarations of the functions themselves. A parameter or field with `?` may be left out or nil. Functions marked
    *waits* suspend the calling coroutine; other tasks go on meanwhile.
    """
  /// The file name of the index.
  public var indexName = "index.md"

  let interface: HostInterface
  let types: NamedTypes

  /// Prepares the reference of an interface.
  public init(_ interface: HostInterface) {
    self.interface = interface
    types = NamedTypes(interface)
  }

  /// The pages: file name and text, the index first.
  public var pages: [(path: String, text: String)] {
    [(indexName, index), (Self.page(LuaGlobals.fileName), globals)]
      + interface.modules.map { (Self.page($0.name), text($0)) }
  }

  static func page(_ module: String) -> String { module + ".md" }

  // MARK: Index

  private var index: String {
    var lines = [introduction, "", "| module | what it is for |", "|---|---|"]
    lines += interface.modules.map { "| [`\($0.name)`](\(Self.page($0.name))) | \(Self.cell($0.summary)) |" }
    lines.append(
      "| [globals](\(Self.page(LuaGlobals.fileName))) | Lua's own globals, where they differ from plain Lua. |")
    lines += ["", "## Types", ""]
    lines += [
      "- `duration`: a text with units (`\"90s\"`, `\"1h30m\"`, `\"250ms\"`) or a number of seconds.",
      "- `size`: a text with a unit (`\"40GB\"`, `\"512 MiB\"`), in steps of 1024, or a number of bytes.",
      "- `integer`: a float without a fraction is taken, too.",
      "", "## Errors", "",
      "What the host raises is a value with fields; `tostring(err)` makes one line of it, and `pcall` catches it.", "",
      "| field | type | what it is |", "|---|---|---|",
    ]
    lines += interface.allErrorFields.map { row($0, prefix: "err.") }
    lines += ["", "### Kinds", "", "| `err.kind` | means |", "|---|---|"]
    lines += interface.errorKinds.map { "| `\($0.name)` | \(Self.cell($0.docs)) |" }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Modules

  private func text(_ module: HostModule) -> String {
    var lines = [
      "# \(module.name)", "", module.summary, "", "`local \(LuaText.name(module.name)) = require \"\(module.name)\"`",
      "",
    ]
    lines += contents(module)
    if !module.constants.isEmpty {
      lines += ["", "## Values", "", "| value | type | what it is |", "|---|---|---|"]
      lines += module.constants.map {
        "| `\(module.name).\($0.name)` | \(link($0.type)) | \(Self.cell($0.docs)) |"
      }
    }
    if !module.functions.isEmpty { lines += ["", "## Functions"] }
    for function in module.functions { lines += self.function(FunctionDeclaration(function)) }
    for type in Self.shown(module) { lines += self.type(type) }
    for entry in types.entries[module.name] ?? [] where isShown(entry) { lines += self.entry(entry) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func shown(_ module: HostModule) -> [ObjectType] { module.types.filter { !$0.isMereFunction } }

  private func contents(_ module: HostModule) -> [String] {
    var list = module.functions.map { "[`\($0.name)`](#\(Self.slug($0.name)))" }
    list += Self.shown(module).map { "[`\($0.name)`](#\(Self.slug("Type \($0.name)")))" }
    return list.isEmpty ? [] : [list.joined(separator: " · ")]
  }

  private var globals: String {
    let globals = interface.globals
    var lines = [
      "# Globals", "",
      "Lua's own libraries are there, with these differences. `string`, `table`, `math`, `utf8` and `coroutine` are whole",
      "unless a function is listed as missing.", "",
    ]
    if !globals.values.isEmpty {
      lines += ["| value | type | what it is |", "|---|---|---|"]
      lines += globals.values.map { "| `\($0.name)` | \(link($0.type)) | \(Self.cell($0.docs)) |" } + [""]
    }
    for table in globals.tables { lines.append("- `\(table.name)`: \(table.docs)") }
    lines.append("- Missing: \(globals.absent.map { "`\($0)`" }.joined(separator: ", ")).")
    for function in globals.functions { lines += self.function(function) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func type(_ type: ObjectType) -> [String] {
    var lines = ["", "## Type `\(type.name)`", "", type.summary]
    if !type.fields.isEmpty || type.elementType != nil || type.hasLength {
      lines += ["", "| field | type | what it is |", "|---|---|---|"]
      lines += type.fields.map { field in
        "| `\(field.name)\(field.optional ? "?" : "")` | \(link(field.type)) | \(Self.cell(field.docs))"
          + (field.isWritable ? " (may be assigned to)" : "") + " |"
      }
      if let element = type.elementType { lines.append("| `[i]` | \(link(element)) | element i, from 1 |") }
      if type.hasLength { lines.append("| `#` | integer | the length |") }
    }
    if let call = type.call { lines += function(FunctionDeclaration(call)) }
    for method in type.methods { lines += function(FunctionDeclaration(method)) }
    return lines
  }

  /// Records without a name stand where they are used.
  private func isShown(_ entry: NamedTypes.Entry) -> Bool {
    if case .record(let record, _) = entry { record.name != nil } else { true }
  }

  private func entry(_ entry: NamedTypes.Entry) -> [String] {
    var lines = ["", "## \(Self.title(entry))", ""]
    switch entry {
    case .record(let record, _):
      lines += [record.summary, "", "| field | type | what it is |", "|---|---|---|"]
      lines += record.shownFields.map { row($0, prefix: "") }
    case .alias(let alias):
      lines.append(alias.summary)
      let open = alias.isClosed ? "" : " Other texts are taken, too."
      if alias.words.isEmpty {
        lines += ["", "Stands for \(link(alias.type))."]
      } else if alias.words.allSatisfy({ $0.docs.isEmpty }) {
        lines += ["", "Known:\(open)", ""] + alias.words.map { "- `\($0.word)`" }
      } else {
        if !open.isEmpty { lines[lines.count - 1] += open }
        lines += ["", "| value | means |", "|---|---|"]
        lines += alias.words.map { "| `\"\($0.word)\"` | \(Self.cell($0.docs)) |" }
      }
    }
    return lines
  }

  private static func title(_ entry: NamedTypes.Entry) -> String {
    switch entry {
    case .record(_, let name): "Table `\(name)`"
    case .alias(let alias): "Values `\(alias.name)`"
    }
  }
}
