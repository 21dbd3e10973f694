import LuaHost

/// A script with the modules of the project that it requires.
final class Program {
  private final class Unit {
    let tree: SyntaxTree
    let usage: UsagePass
    var modules: [String: Unit] = [:]
    var export: ValueType?

    init(_ tree: SyntaxTree, _ inference: Inference) {
      self.tree = tree
      usage = UsagePass(tree, inference)
    }
  }

  private let checker: ScriptChecker
  private let index: InterfaceIndex
  private let inference: Inference
  private var units: [String: Unit] = [:]
  private var order: [Unit] = []
  private var missing: [ObjectIdentifier: [(name: String, range: SourceRange)]] = [:]
  private let script: SourceText

  init(_ checker: ScriptChecker, _ index: InterfaceIndex, script: SourceText) {
    self.checker = checker
    self.index = index
    self.script = script
    inference = Inference(index: index, sandbox: checker.sandbox)
    load(script)
    var byTree: [ObjectIdentifier: Unit] = [:]
    for unit in order { byTree[ObjectIdentifier(unit.tree)] = unit }
    for unit in order {
      inference.replacedGlobals.formUnion(unit.usage.assigned.keys.filter { $0 != "arg" })
    }
    let known = byTree
    inference.moduleType = { [unowned self] name, tree in
      known[tree].flatMap { $0.modules[name] }.map { self.export($0) } ?? .unknown
    }
  }

  @discardableResult
  private func load(_ source: SourceText) -> Unit {
    let unit = Unit(Parser(source).chunk(), inference)
    units[source.name] = unit
    order.append(unit)
    for require in unit.usage.requires {
      inference.treeOfRequire[ObjectIdentifier(require.chain)] = ObjectIdentifier(unit.tree)
      if index.hasModule(require.name) || unit.modules[require.name] != nil { continue }
      let first = String(require.name.prefix { $0 != "." })
      if inference.library.hasLibrary(require.name) || checker.undeclaredModules.contains(first) { continue }
      // The search begins beside the script that is run, whoever asks.
      guard let file = checker.findModule(require.name, script.name, order.first?.usage.returnsValue == true) else {
        missing[ObjectIdentifier(unit.tree), default: []].append((require.name, require.range))
        continue
      }
      unit.modules[require.name] = units[file.path] ?? load(SourceText(name: file.path, bytes: file.bytes))
    }
    return unit
  }

  /// What `require` gives for a module.
  private func export(_ unit: Unit) -> ValueType {
    if let known = unit.export { return known }
    unit.export = .unknown
    guard unit.tree.isWhole else { return .unknown }
    let type = inference.results(unit.tree.main).first ?? .unknown
    // A module that gives nothing gives true.
    unit.export = unit.tree.main.returns.isEmpty ? .boolean(true) : type
    return unit.export ?? .unknown
  }

  // MARK: Findings

  func findings(known: Set<String>) -> [CheckFinding] {
    let defined = order.reduce(into: Set<String>()) { $0.formUnion($1.usage.assigned.keys) }
    let declared = order.reduce(into: Set<String>()) { $0.formUnion($1.usage.declared) }
    let read = order.reduce(into: Set<String>()) { $0.formUnion($1.usage.read) }
    inference.storedNames = order.reduce(into: []) { $0.formUnion($1.usage.storedNames) }
    let hidden = order.contains { $0.usage.hasHiddenGlobals || !$0.tree.isWhole }
    var all: [CheckFinding] = []
    for (number, unit) in order.enumerated() {
      let isMain = number == 0
      if !isMain, known.contains(unit.tree.source.name) { continue }
      let list = FindingList(unit.tree.source, isWanted: checker.selection.contains)
      encoding(unit, list, isMain)
      if list.findings.isEmpty { syntax(unit, list) }
      let suppressions = Suppressions(unit.tree)
      if unit.tree.isWhole, !isDeclaration(unit.tree) {
        let pass = CheckPass(unit.tree, unit.usage, inference, list, literalCheck: checker.literalCheck)
        pass.run()
        pass.globals(defined: defined, hidden: hidden)
        pass.assignments(
          declared: declared, read: read, defined: defined, isMain: isMain && !unit.usage.returnsValue, hidden: hidden)
        modules(unit, list)
        for (word, range) in suppressions.unknown {
          list.add(
            "unknown-rule", range, "there is no rule '\(word)'",
            hint: Suggestions.hint(for: word, in: CheckRule.all.map(\.id)))
        }
      }
      all += list.findings.filter { !suppressions.covers($0) && (isMain || $0.severity == .error) }
        .sorted { ($0.start, $0.rule) < ($1.start, $1.rule) }
    }
    return all
  }

  /// Files of annotations for editors are never run.
  private func isDeclaration(_ tree: SyntaxTree) -> Bool {
    tree.comments.first.map { tree.source.text($0.range).hasPrefix("---@meta") } == true
  }

  private func encoding(_ unit: Unit, _ list: FindingList, _ isMain: Bool) {
    let bytes = unit.tree.source.bytes
    if bytes.starts(with: [0x1B, 0x4C, 0x75, 0x61]) {
      return list.add("encoding", SourceRange(0, 1), "this is compiled Lua, which is never run")
    }
    guard isMain else { return }
    if String(validating: bytes, as: UTF8.self) == nil {
      let place = Self.firstInvalid(bytes)
      let hex = String(bytes[place], radix: 16)
      return list.add(
        "encoding", SourceRange(place, place + 1), "the text is not UTF-8: the byte 0x\(hex)",
        hint: "save the file as UTF-8, or write the byte as \"\\x\(hex)\"")
    }
    if let place = bytes.firstIndex(of: 0) {
      list.add("encoding", SourceRange(place, place + 1), "a zero byte: this is no text")
    }
  }

  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var index = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): index += UTF8.width(scalar)
      case .error, .emptyInput: return min(index, max(bytes.count - 1, 0))
      }
    }
  }

  private func syntax(_ unit: Unit, _ list: FindingList) {
    for problem in unit.tree.problems {
      list.add(
        "syntax-error", problem.range, problem.message, hint: problem.hint,
        related: problem.related.map { [($0.message, $0.range)] } ?? [])
    }
  }

  private func modules(_ unit: Unit, _ list: FindingList) {
    for (name, range) in missing[ObjectIdentifier(unit.tree)] ?? [] {
      list.add(
        "unknown-module", range, "the module '\(name)' is not found",
        hint: Suggestions.hint(for: name, in: index.moduleNames)
          ?? "looked for beside the script and in 'lua': \(name.replacing(".", with: "/")).lua")
    }
  }
}
