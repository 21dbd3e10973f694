import LuaHost

extension CheckPass {
  /// Judges the reading of a named member.
  func member(
    _ receiver: ValueType, _ name: String, _ range: SourceRange, _ base: Expression, _ chain: Expression,
    isCalled: Bool
  ) {
    if case .library(let library) = receiver { restricted(library, name, range) }
    switch inference.member(of: receiver, name) {
    case .found, .unknown: break
    case .notIndexable(let type):
      found.add("index-non-table", range, "\(type.text) has no fields", hint: "Lua raises \"attempt to index\"")
    case .absent(let owner, let names): absent(owner, names, name, range)
    }
  }

  /// Told only of names that no script of the file gives a value to.
  private func absent(_ owner: MemberLookup.Owner, _ names: [String], _ name: String, _ range: SourceRange) {
    let hint = Suggestions.hint(for: name, in: names)
    switch owner {
    case .module(let module):
      if storedNames.contains(name) { return }
      found.add("unknown-member", range, "the module '\(module)' has no '\(name)'", hint: hint)
    case .library(let library):
      if storedNames.contains(name) { return }
      found.add(
        "unknown-member", range, "the library '\(library)' has no '\(name)'",
        hint: StandardLibrary.foreign["\(library).\(name)"] ?? hint)
    case .strings: found.add("unknown-member", range, "strings have no method '\(name)'", hint: hint)
    case .object(let object):
      found.add("unknown-field", range, "\(ValueType.article(object)) has no field or method '\(name)'", hint: hint)
    case .record(let record):
      if storedNames.contains(name) { return }
      found.add("unknown-field", range, "\(ValueType.article(record)) has no field '\(name)'", hint: hint)
    case .list:
      if storedNames.contains(name) { return }
      found.add(
        "unknown-field", range, "a list has no field '\(name)'",
        hint: ["count", "length", "size", "n"].contains(name)
          ? "its length is #list" : "its elements are list[1], list[2] …")
    case .table(let variable):
      if storedNames.contains(name) { return }
      found.add(
        "unknown-field", range, "'\(variable.name)' has no field '\(name)'", hint: hint,
        related: tree.variables.contains { $0 === variable } ? [("the table is made here", variable.range)] : [],
        severity: .warning)
    }
  }

  /// The names of all fields that are assigned to anywhere in the program.
  var storedNames: Set<String> { inference.storedNames }

  private func restricted(_ library: String, _ name: String, _ range: SourceRange) {
    guard let member = inference.library[library, name], !member.grant.isGiven(inference.sandbox) else { return }
    found.add(
      "restricted-library", range, "'\(library).\(name)' is not there for a script of this level",
      hint: Self.hint(for: member.grant, inference.sandbox))
  }

  static func hint(for grant: StandardLibrary.Grant, _ sandbox: LuaSandbox) -> String {
    if case .sandboxed = sandbox { return "a sandboxed script is not given it" }
    return "slipway run gives it with \(grant.option); give check the same option"
  }

  // MARK: Names

  /// Judges all globals of the file.
  func globals(defined: Set<String>, hidden: Bool) {
    for use in tree.globals where use.environment == nil && !use.isTarget { global(use, defined, hidden) }
  }

  private func global(_ use: NameUse, _ defined: Set<String>, _ hidden: Bool) {
    let name = use.name
    if defined.contains(name) || name == "_ENV" || inference.index.globals[name] != nil { return }
    let library = inference.library
    if let member = library["", name] {
      if member.grant.isGiven(inference.sandbox) || use.isGuard { return }
      return found.add(
        "restricted-library", use.range, "'\(name)' is not there for a script of this level",
        hint: Self.hint(for: member.grant, inference.sandbox))
    }
    if library.hasLibrary(name) {
      let grant = library.grant(ofLibrary: name)
      if grant.isGiven(inference.sandbox) || use.isGuard { return }
      return found.add(
        "restricted-library", use.range, "the library '\(name)' is not there for a script of this level",
        hint: Self.hint(for: grant, inference.sandbox))
    }
    if hidden || ((use.isGuard || use.isAlternative) && StandardLibrary.foreign[name] != nil) { return }
    var hint = StandardLibrary.foreign[name]
    if hint == nil, inference.index.hasModule(name) { hint = "local \(name) = require \"\(name)\"" }
    if hint == nil {
      let locals = tree.variables.filter { $0.kind != .selfParameter }.map(\.name)
      let known = Array(defined) + locals + library.members.keys + (library.members[""].map { Array($0.keys) } ?? [])
      hint = Suggestions.hint(for: name, in: known)
      if hint == nil, let local = tree.variables.first(where: { $0.name == name }) {
        hint = "the local '\(name)' at line \(tree.source.line(local.range.start)) cannot be seen here"
      }
    }
    found.add("undefined-global", use.range, "nothing defines the global '\(name)'", hint: hint)
  }

  /// Judges the globals that functions assign.
  func assignments(declared: Set<String>, read: Set<String>, defined: Set<String>, isMain: Bool, hidden: Bool) {
    for use in tree.globals where use.environment == nil && use.isTarget {
      let isStandard = inference.library["", use.name] != nil || inference.library.hasLibrary(use.name)
      if isMain, !hidden, !isStandard, !read.contains(use.name), !inference.index.globals.keys.contains(use.name) {
        let near = Suggestions.nearest(to: use.name, in: tree.variables.map(\.name) + read)
        if let near, use.name.count >= 3 {
          found.add(
            "misspelt-global", use.range, "the global '\(use.name)' is assigned and never read",
            hint: "did you mean '\(near)'?")
          continue
        }
      }
      if use.isInFunction, !declared.contains(use.name), !isStandard {
        found.add(
          "global-in-function", use.range, "a function assigns the global '\(use.name)'",
          hint: "write 'local', or declare it at the top of the file")
      }
    }
  }

  // MARK: Locals

  func variables() {
    for variable in tree.variables where !variable.isMeantUnused {
      if let hidden = variable.hidden, hidden.name != "_" {
        found.add(
          "shadowing", variable.range, "'\(variable.name)' hides another local of that name",
          related: [("the other one is declared here", hidden.range)])
      }
      if variable.reads > 0 { continue }
      switch variable.kind {
      case .local, .function:
        found.add(
          "unused-local", variable.range,
          variable.writes > 0
            ? "the local '\(variable.name)' is assigned and never read" : "the local '\(variable.name)' is never used",
          hint: variable.kind == .function ? nil : "delete it, or call it _\(variable.name)")
      case .loop:
        found.add(
          "unused-loop-variable", variable.range, "the loop variable '\(variable.name)' is never used",
          hint: "call it _")
      case .parameter:
        found.add(
          "unused-parameter", variable.range, "the parameter '\(variable.name)' is never used",
          hint: "call it _\(variable.name)")
      case .selfParameter: break
      }
    }
  }

  func labels() {
    for label in tree.labels where !label.isUsed && !label.name.hasPrefix("_") {
      found.add("unused-label", label.range, "no goto leads to the label '\(label.name)'")
    }
  }
}
