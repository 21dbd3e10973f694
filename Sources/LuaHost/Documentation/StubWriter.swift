/// Writes a program's interface as LuaCATS annotations: what lets an editor complete, check and explain scripts.
///
/// One file a module, found by `require`'s name, and `globals.lua` for what the host adds to Lua's own globals or leaves of them.
/// Lua and EmmyLua language servers read them; no script ever does.
public struct StubWriter: Sendable {
  /// The first words of every written file: by them a program tells its own files from others.
  public static let mark = "-- Written from the declarations of "

  private let interface: HostInterface

  /// Prepares the stubs of an interface.
  public init(_ interface: HostInterface) { self.interface = interface }

  /// The files: path below the stubs' directory, and text.
  public var files: [(path: String, text: String)] {
    let types = NamedTypes(interface)
    var written: Set<String> = []
    var files = [(path: LuaGlobals.fileName + ".lua", text: globals(types.entries[LuaGlobals.fileName] ?? []))]
    for module in interface.modules {
      let path = module.name.replacing(".", with: "/") + ".lua"
      files.append((path, text(module, types.entries[module.name] ?? [], &written)))
    }
    return files
  }

  private func header(_ meta: String) -> [String] {
    ["---@meta \(meta)", "", "\(Self.mark)\(interface.program); do not edit.", ""]
  }

  // MARK: Modules

  private func text(_ module: HostModule, _ types: [NamedTypes.Entry], _ written: inout Set<String>) -> String {
    var lines = header(module.name)
    let local = LuaText.name(module.name)
    switch module.content {
    case .source(let bytes, _):
      // A module in Lua is its own stub.
      return (lines + [String(decoding: LuaSource.trimmed(bytes), as: UTF8.self)]).joined(separator: "\n")
    case .value(let value):
      lines += LuaText.comment(module.summary)
      lines += ["---@type \(HostConstant("", value, "").type.annotation(module.name))", "local \(local)"]
    case .declared:
      for type in types { lines += self.type(type) + [""] }
      for type in module.types where !type.isMereFunction && written.insert(type.name).inserted {
        lines += object(type, local: self.local(type, besides: local)) + [""]
      }
      lines += LuaText.comment(module.summary) + ["---@class \(module.name)"]
      lines += module.constants.map { field($0.name, $0.type, $0.docs, false, "\(module.name).\($0.name)") }
      lines += ["local \(local) = {}", ""]
      lines += nestedTables(module, local)
      for function in module.functions { lines += self.function(function, in: module, local) + [""] }
    }
    return (lines + ["return \(local)"]).joined(separator: "\n") + "\n"
  }

  /// The tables between a module and functions such as `shop.admin.close`.
  private func nestedTables(_ module: HostModule, _ local: String) -> [String] {
    var made: [String] = []
    for function in module.functions {
      let path = Self.path(function.name, in: module).dropLast()
      for count in path.indices.map({ $0 + 1 }) {
        let table = Self.member(local, Array(path.prefix(count)))
        if !made.contains(table) { made.append(table) }
      }
    }
    return made.flatMap { ["\($0) = {}", ""] }
  }

  private func function(_ function: HostFunction, in module: HostModule, _ local: String) -> [String] {
    let declaration = FunctionDeclaration(function)
    return annotations(declaration) + body(Self.member(local, Self.path(function.name, in: module)), declaration)
  }

  private static func path(_ name: String, in module: HostModule) -> [String] {
    let rest = name.hasPrefix(module.name + ".") ? String(name.dropFirst(module.name.count + 1)) : name
    return rest.split(separator: ".").map(String.init)
  }

  private static func member(_ table: String, _ path: [String]) -> String {
    path.reduce(table) { LuaText.isName($1) ? "\($0).\($1)" : "\($0)[\(LuaText.quoted($1))]" }
  }

  private func body(_ target: String, _ function: FunctionDeclaration) -> [String] {
    let list = function.parameters.map(LuaText.parameter).joined(separator: ", ")
    return target.hasSuffix("]") ? ["\(target) = function(\(list)) end"] : ["function \(target)(\(list)) end"]
  }

  // MARK: Types

  private func type(_ entry: NamedTypes.Entry) -> [String] {
    switch entry {
    case .record(let record, let name):
      var lines = LuaText.comment(record.summary.isEmpty ? "A table with these fields." : record.summary)
      lines.append("---@class (exact) \(name)")
      return lines
        + record.shownFields.map { field($0.name, $0.type, $0.docs, $0.optional, NamedTypes.path(name, $0.name)) }
    case .alias(let alias):
      var lines = LuaText.comment(alias.summary)
      if alias.words.isEmpty { return lines + ["---@alias \(alias.name) \(alias.type.annotation(alias.name))"] }
      lines.append("---@alias \(alias.name)")
      if !alias.isClosed { lines.append("---| \(alias.type.annotation(alias.name))") }
      return lines
        + alias.words.map {
          "---| \(LuaText.quoted($0.word))" + ($0.docs.isEmpty ? "" : " #\(LuaText.remark($0.docs))")
        }
    }
  }

  private func local(_ type: ObjectType, besides module: String) -> String {
    let name = LuaText.name(type.name.split(separator: ".").last.map(String.init) ?? type.name)
    return name == module ? name + "_" : name
  }

  private func object(_ type: ObjectType, local: String) -> [String] {
    var lines = LuaText.comment(type.summary) + ["---@class \(type.name)"]
    lines += type.fields.map { given in
      let docs =
        given.isWritable ? given.docs : given.docs + (given.docs.hasSuffix(".") ? " Read only." : "; read only")
      return field(given.name, given.type, docs, given.optional, "\(type.name).\(given.name)")
    }
    if let element = type.elementType {
      lines.append("---@field [integer] \(element.annotation("\(type.name).element"))")
    }
    if type.hasLength { lines.append("---@operator len: integer") }
    if let call = type.call {
      lines.append("---@overload \(LuaSignature(call.parameters, returns: call.returns).annotation(type.name))")
    }
    lines.append("local \(local) = {}")
    for method in type.methods {
      let declaration = FunctionDeclaration(method)
      lines += [""] + annotations(declaration)
      lines +=
        LuaText.isName(method.key)
        ? body("\(local):\(method.key)", declaration) : body(Self.member(local, [method.key]), declaration)
    }
    return lines
  }

  private func field(_ name: String, _ type: LuaType, _ docs: String, _ optional: Bool, _ path: String) -> String {
    "---@field \(LuaText.field(name))\(optional ? "?" : "") \(type.annotation(path))\(LuaText.remark(docs))"
  }

  // MARK: Functions

  private func annotations(_ function: FunctionDeclaration) -> [String] {
    var lines = LuaText.comment(explanation(function))
    if function.isWaiting { lines.append("---@async") }
    if function.documentation.mustUse { lines.append("---@nodiscard") }
    if function.documentation.deprecated != nil { lines.append("---@deprecated") }
    if !function.generics.isEmpty { lines.append("---@generic \(function.generics.joined(separator: ", "))") }
    for parameter in function.parameters {
      let type = parameter.type.annotation(NamedTypes.path(function.name, parameter.name))
      let optional = parameter.optional && !parameter.variadic ? "?" : ""
      lines.append("---@param \(LuaText.parameter(parameter))\(optional) \(type)\(LuaText.remark(parameter.docs))")
    }
    for result in function.returns {
      let path = NamedTypes.path(function.name, result.name)
      let type = result.optional ? result.type.optionalAnnotation(path) : result.type.annotation(path)
      lines.append(
        "---@return \(type) \(result.name == "..." ? "..." : LuaText.name(result.name))\(LuaText.remark(result.docs))")
    }
    for overload in function.documentation.overloads {
      lines.append("---@overload \(overload.annotation(function.name))")
    }
    return lines
  }

  private func explanation(_ function: FunctionDeclaration) -> String {
    let documentation = function.documentation
    var paragraphs = [function.summary]
    if !documentation.details.isEmpty { paragraphs.append(documentation.details) }
    if let instead = documentation.deprecated { paragraphs.append("Deprecated: \(instead)") }
    if function.isWaiting { paragraphs.append("Waits: other tasks go on meanwhile.") }
    if !documentation.raises.isEmpty {
      let list = documentation.raises.map { "* `\($0.kind)`: \($0.when)" }
      paragraphs.append((["Raises", ""] + list).joined(separator: "\n"))
    }
    if let example = documentation.example { paragraphs.append("```lua\n\(example)\n```") }
    var last: [String] = []
    if !function.since.isEmpty { last.append("Since \(function.since).") }
    if let capability = function.capability { last.append("Needs the capability `\(capability)`.") }
    if !last.isEmpty { paragraphs.append(last.joined(separator: " ")) }
    return paragraphs.joined(separator: "\n\n")
  }

  // MARK: Globals

  private func globals(_ types: [NamedTypes.Entry]) -> String {
    let globals = interface.globals
    var lines = header("_")
    lines += LuaText.comment("A text with units such as \"90s\", \"1h30m\" or \"250ms\", or a number of seconds.")
    lines += ["---@alias duration string|number", ""]
    lines += LuaText.comment(
      "A text with a unit such as \"40GB\" or \"512 MiB\", in steps of 1024, or a number of bytes.")
    lines += ["---@alias size string|integer", ""]
    let kinds = LuaAlias(
      "ErrorKind", "What sort of error it is.", type: .string, known: interface.errorKinds.map { ($0.name, $0.docs) })
    lines += type(.alias(kinds)) + [""]
    for type in types { lines += self.type(type) + [""] }
    lines += LuaText.comment("An error raised by the host, as `pcall` gives it; `tostring` makes one line of it.")
    lines.append("---@class Error")
    lines += interface.allErrorFields.map { field($0.name, $0.type, $0.docs, $0.optional, "Error.\($0.name)") } + [""]
    for value in globals.values {
      lines +=
        LuaText.comment(value.docs) + ["---@type \(value.type.annotation(value.name))", "\(value.name) = nil", ""]
    }
    for table in globals.tables {
      lines += LuaText.comment(table.docs) + ["---@class \(table.name)lib", "\(table.name) = {}", ""]
    }
    for function in globals.functions { lines += annotations(function) + body(function.name, function) + [""] }
    if !globals.absent.isEmpty { lines.append("-- Not there: \(globals.absent.joined(separator: ", ")).") }
    return lines.joined(separator: "\n") + "\n"
  }
}
