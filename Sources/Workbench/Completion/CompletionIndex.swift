import LuaHost

/// What the declarations say about places in a line: which parameter or field stands there, and what a value's members are.
struct CompletionIndex: Sendable {
  /// A parameter or a field.
  struct Expected {
    var function: String?
    var name: String
    /// Nil where nothing is declared.
    var type: LuaType?
    var siblings: [String: String] = [:]
  }

  private var functions: [String: FunctionDeclaration] = [:]
  private var types: [String: ObjectType] = [:]
  /// The types of the session's objects, by their names.
  var variables: [String: String] = [:]

  init(_ interface: HostInterface) {
    for function in interface.globals.functions { functions[function.name] = function }
    for module in interface.modules {
      for function in module.functions { functions["\(module.name).\(function.key)"] = FunctionDeclaration(function) }
      for type in module.types { types[type.name] = type }
    }
  }

  // MARK: Places

  /// What stands at the cursor, inside a string or after `name =`; nil where nothing is known.
  func expected(_ site: CompletionSite) -> Expected? {
    guard let frame = site.frames.last else { return nil }
    // What stands in outer brackets may matter, too: the bucket of `obs.list("images", { prefix = "…`.
    let siblings = site.frames.reduce(into: [:]) { $0.merge(texts(in: $1)) { $1 } }
    let callee = frame.callee.flatMap(function)
    let outer = type(of: site.frames.dropLast())
    if let field = frame.field {
      let type = Self.field(field, in: tableType(frame, outer))?.type
      return Expected(function: callee?.name, name: field, type: type, siblings: siblings)
    }
    if frame.opener == "{" {
      guard let item = Self.item(of: tableType(frame, outer)) else { return nil }
      // A list of words takes the name of the field that it is the value of.
      return Expected(name: site.frames.dropLast().last?.field ?? "", type: item, siblings: siblings)
    }
    guard let callee, let parameter = Self.parameter(frame.index, of: callee) else { return nil }
    return Expected(function: callee.name, name: parameter.name, type: parameter.type, siblings: siblings)
  }

  private func texts(in frame: CompletionSite.Frame) -> [String: String] {
    var found = frame.named
    if frame.opener == "(", let function = frame.callee.flatMap(function) {
      for (index, text) in frame.texts { found[Self.parameter(index, of: function)?.name ?? ""] = text }
    }
    return found
  }

  /// The fields of the table around the cursor that are not there yet.
  func missingFields(_ site: CompletionSite) -> [String] {
    guard let frame = site.frames.last, frame.opener == "{" else { return [] }
    let records = tableType(frame, type(of: site.frames.dropLast())).map(Self.records) ?? []
    var seen = frame.used
    return records.flatMap(\.fields).filter { !$0.hidden && seen.insert($0.name).inserted }.map(\.name)
  }

  /// The type that the slot of the innermost of these frames is declared to have.
  private func type(of frames: ArraySlice<CompletionSite.Frame>) -> LuaType? {
    guard let frame = frames.last else { return nil }
    if frame.opener == "(" {
      guard let function = frame.callee.flatMap(function) else { return nil }
      return Self.parameter(frame.index, of: function)?.type
    }
    guard frame.opener == "{" else { return nil }
    let table = tableType(frame, type(of: frames.dropLast()))
    return frame.field.map { Self.field($0, in: table)?.type } ?? Self.item(of: table)
  }

  /// The type of the table that a frame opens: the argument of its callee, or what is expected where it stands.
  private func tableType(_ frame: CompletionSite.Frame, _ outer: LuaType?) -> LuaType? {
    guard let callee = frame.callee else { return outer }
    return function(callee).flatMap { Self.parameter(0, of: $0)?.type }
  }

  private static func parameter(_ index: Int, of function: FunctionDeclaration) -> HostParameter? {
    if index < function.parameters.count { return function.parameters[index] }
    return function.parameters.last.flatMap { $0.variadic ? $0 : nil }
  }

  private static func records(_ type: LuaType) -> [LuaRecord] {
    switch type {
    case .record(let record): [record]
    case .union(let types): types.flatMap(records)
    case .alias(let alias): records(alias.type)
    default: []
    }
  }

  private static func field(_ name: String, in type: LuaType?) -> HostParameter? {
    type.map(records)?.lazy.flatMap(\.fields).first { $0.name == name }
  }

  private static func item(of type: LuaType?) -> LuaType? {
    switch type {
    case .list(let item): item
    case .union(let types): types.lazy.compactMap { item(of: $0) }.first
    case .alias(let alias): item(of: alias.type)
    default: nil
    }
  }

  /// The words that a type is known to have.
  static func words(of type: LuaType) -> [String] {
    switch type {
    case .enumeration(let words): words
    case .alias(let alias): alias.words.isEmpty ? words(of: alias.type) : alias.words.map(\.word)
    case .union(let types): types.flatMap(words)
    default: []
    }
  }

  // MARK: Values

  /// The declaration behind a callee.
  func function(_ callee: String) -> FunctionDeclaration? {
    if let known = functions[callee] { return known }
    guard let split = callee.lastIndex(where: { ".:".contains($0) }), callee[split] == ":",
      let type = objectType(of: String(callee[..<split])),
      let method = type.methods.first(where: { $0.key == callee[callee.index(after: split)...] })
    else { return nil }
    return FunctionDeclaration(method)
  }

  /// The members of what a path stands for, with their separators: `.id`, `:wait`.
  func members(of path: String) -> [String] {
    guard let type = objectType(of: path) else { return [] }
    return Self.members(of: type)
  }

  /// The members of a type of objects.
  func members(ofType name: String) -> [String] { types[name].map(Self.members) ?? [] }

  private static func members(of type: ObjectType) -> [String] {
    type.fields.map { "." + $0.name } + type.methods.map { ":" + $0.key }
  }

  private func objectType(of path: String) -> ObjectType? {
    if path.hasSuffix("()") { return Self.object(function(String(path.dropLast(2)))?.returns.first?.type, types) }
    if let name = variables[path] { return types[name] }
    guard let split = path.lastIndex(where: { ".:".contains($0) }), path[split] == ".",
      let type = objectType(of: String(path[..<split])),
      let field = type.fields.first(where: { $0.name == path[path.index(after: split)...] })
    else { return nil }
    return Self.object(field.type, types)
  }

  private static func object(_ type: LuaType?, _ types: [String: ObjectType]) -> ObjectType? {
    switch type {
    case .object(let name): types[name]
    case .union(let all): all.lazy.compactMap { object($0, types) }.first
    default: nil
    }
  }
}
