import LuaHost

/// What `?name` and `??name` show: the help of declared names, and what can be said of a session's own values.
struct ReplHelp: Sendable {
  let index: HelpIndex
  let vm: LuaVM
  /// The chunk name of the session's own lines.
  let sessionName: String

  /// A question in a line, if it is one.
  enum Question: Equatable {
    case help(String)
    case source(String)

    init?(_ line: String) {
      let words = line.split(whereSeparator: \.isWhitespace).joined()
      guard words.hasPrefix("?") else { return nil }
      self = words.hasPrefix("??") ? .source(Self.name(words.dropFirst(2))) : .help(Self.name(words.dropFirst()))
    }

    /// The name without a call's parentheses, as fingers add them.
    private static func name(_ text: Substring) -> String { String(text.prefix { $0 != "(" && $0 != ";" }) }
  }

  /// Help on a name.
  func help(_ name: String) async -> String {
    if let text = index.text(for: name) { return text }
    if let known = await declaredName(of: name), let text = index.text(for: known) { return text }
    if let text = await value(name) { return text }
    return await unknown(name)
  }

  /// The source of a function, or that it has none.
  func source(_ name: String, in transcript: Transcript) async -> String {
    let function = await resolve(name)?.functionValue
    guard let function, let origin = await vm.origin(of: function) else {
      var declared = index.topics(for: name)
      if declared.isEmpty, let known = await declaredName(of: name) { declared = index.topics(for: known) }
      if !declared.isEmpty { return declared.map(Self.withoutSource).joined(separator: "\n") }
      if function != nil { return "\(name): a function of Lua itself; it has no Lua source.\n" }
      if let text = await value(name) { return text }
      return await unknown(name)
    }
    guard let lines = origin.lines else { return "\(name): the chunk \(origin.source) as a whole.\n" }
    let place =
      "\(origin.source), \(lines.count == 1 ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound) to \(lines.upperBound)")"
    let text = origin.source == sessionName ? transcript.text(lines) : Self.file(origin.source, lines)
    guard let text else { return "\(place); its source is not to be had.\n" }
    return "-- \(place)\n\(DisplayText.harmless(text, keepingLines: true))\n"
  }

  private static func withoutSource(_ topic: HelpIndex.Topic) -> String {
    switch topic {
    case .function(let function) where function.since.isEmpty:
      "\(function.signature)\n  A function of Lua itself, as the host offers it; it has no Lua source.\n"
    case .function(let function):
      "\(function.signature)\n  A host function, written in Swift; it has no Lua source. ?\(function.name) shows its help.\n"
    case .module(let module): "\(module.name)\n  A module of the host, written in Swift; it has no Lua source.\n"
    case .type(let type): "\(type.name)\n  A type of the host, written in Swift; it has no Lua source.\n"
    case .member(let name, _, _): "\(name)\n  A value of the host; it has no Lua source.\n"
    case .record, .alias, .errorKind: "A name of the documentation; it has no Lua source.\n"
    }
  }

  private static func file(_ path: String, _ lines: ClosedRange<Int>) -> String? {
    guard let file = try? ScriptFile(path: path) else { return nil }
    let all = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.upperBound <= all.count else { return nil }
    return all[(lines.lowerBound - 1)...(lines.upperBound - 1)].joined(separator: "\n")
  }

  // MARK: Values of the session

  /// A path of names: reading it calls at most what the session has put there itself.
  private func resolve(_ name: String) async -> LuaValue? {
    guard let expression = Self.expression(name) else { return nil }
    return try? await vm.evaluate(expression, name: "help").first
  }

  /// `a.b` and `a:b` as an expression; nil for everything that is more than names.
  static func expression(_ name: String) -> String? {
    guard name.wholeMatch(of: /[A-Za-z_]\w*([.:][A-Za-z_]\w*)*/) != nil, name.allSatisfy(\.isASCII) else { return nil }
    return name.replacing(":", with: ".")
  }

  /// `picture:close` for `p:close`, where the session's `p` is a picture.
  private func declaredName(of name: String) async -> String? {
    guard let end = name.firstIndex(where: { ".:".contains($0) }) else {
      return await resolve(name)?.objectValue?.type.name
    }
    guard let type = await resolve(String(name[..<end]))?.objectValue?.type else { return nil }
    return type.name + name[end...]
  }

  private func value(_ name: String) async -> String? {
    guard let value = await resolve(name), !value.isNil else { return nil }
    switch value {
    case .function(let function):
      guard let origin = await vm.origin(of: function) else { return "\(name): a function of Lua itself.\n" }
      let line = origin.lines.map { ":\($0.lowerBound)" } ?? ""
      return "\(name): a Lua function, defined at \(origin.source)\(line). ??\(name) shows it.\n"
    case .object(let object): return "\(name): \(object.type.name)\n  \(object.type.summary)\n"
    default: return "\(name): a value of this session, of type \(value.kindName).\n"
    }
  }

  private func unknown(_ name: String) async -> String {
    let shown = DisplayText.harmless(String(name.prefix(60)))
    let session = await CompletionNames(vm: vm, modules: [], commands: []).all().names
    let near = await declaredName(of: name).flatMap(index.nearestMember) ?? index.nearest(to: name, others: session)
    return "There is no help on \(shown)." + (near.map { " Did you mean \($0)?" } ?? "") + "\n"
  }
}
