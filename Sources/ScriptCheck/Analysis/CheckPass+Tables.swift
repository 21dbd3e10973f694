import LuaHost

extension CheckPass {
  /// Judges a table that is written down against a declared type.
  ///
  /// `variable` is the local it was put into first: then fields may have been added since, and none is missed.
  func table(_ constructor: TableConstructor, _ type: LuaType, _ subject: Subject, variable: Variable? = nil) {
    switch type {
    case .alias(let alias): table(constructor, alias.type, subject, variable: variable)
    case .record(let record): self.record(constructor, record, subject, variable)
    case .list(let item):
      for entry in constructor.items {
        switch entry.key {
        case .positional: check(entry.value, item, optional: true, subject)
        case .name(let name):
          found.add(
            "argument-type", entry.keyRange, "\(subject.text) must be a list, got a table with the key '\(name)'")
        case .computed: break
        }
      }
    case .map:
      guard let first = constructor.items.first(where: { if case .positional = $0.key { true } else { false } }) else {
        return
      }
      found.add(
        "argument-type", first.keyRange, "\(subject.text) must be a table with string keys, got a list")
    case .union(let types):
      let tables = types.filter { ValueKinds($0).contains(.table) }
      // Of several forms the one that fits is meant.
      if tables.count == 1 { table(constructor, tables[0], subject, variable: variable) }
    default: break
    }
  }

  private func record(
    _ constructor: TableConstructor, _ record: LuaRecord, _ subject: Subject, _ variable: Variable?
  ) {
    var given: Set<String> = []
    var isPlain = true
    for item in constructor.items {
      let name: String
      switch item.key {
      case .positional:
        isPlain = false
        if variable == nil || variable?.escapes == 1 {
          found.add("argument-type", item.keyRange, "\(subject.text) takes named fields, not a list")
        }
        continue
      case .name(let text): name = text
      case .computed(let key):
        guard let text = key.stringLiteral else {
          isPlain = false
          continue
        }
        name = text
      }
      if case .nil = item.value.inner.kind {} else { given.insert(name) }
      guard let field = record.fields.first(where: { $0.name == name }) else {
        found.add(
          "unknown-field", item.keyRange, "\(title(record, subject)) has no field '\(name)'",
          hint: Suggestions.hint(for: name, in: record.fields.filter { !$0.hidden }.map(\.name)))
        continue
      }
      if case .nil = item.value.inner.kind { continue }
      check(item.value, field.type, optional: field.optional, Subject(name: name, of: subject.of, isField: true))
    }
    guard isPlain, variable == nil else { return }
    for field in record.fields where !field.optional && !given.contains(field.name) {
      if ValueKinds(field.type).contains(.nil) { continue }
      found.add(
        "missing-field", constructor.range, "the field '\(field.name)' is missing", hint: "\(field.name): \(field.docs)"
      )
    }
  }

  private func title(_ record: LuaRecord, _ subject: Subject) -> String {
    record.name.map { "\(ValueType.article($0))" } ?? subject.text
  }

  /// Whether rules of the program judge a call's table.
  func isJudged(_ declaration: FunctionDeclaration, _ given: [Expression]) -> Bool {
    guard let literalCheck, literalCheck.functions.contains(declaration.name),
      case .table(let constructor)? = given.first?.inner.kind
    else { return false }
    return LiteralCheck.table(constructor) != nil
  }

  /// Runs the rules of the program over a table that is written down, whole or but for some fields.
  ///
  /// Fields that are wrong by themselves are left out, and then nothing is said of what is missing. Nor is anything said of fields whose
  /// value only the run knows.
  func literal(_ declaration: FunctionDeclaration, _ given: [Expression]) {
    guard let literalCheck, tried == 0, literalCheck.functions.contains(declaration.name),
      let argument = given.first?.inner,
      case .table(let constructor) = argument.kind, let known = Self.known(constructor)
    else { return }
    var table = known.table
    let wrong = constructor.items.filter { found.hasError(within: $0.keyRange.to($0.value.range)) }
    for item in wrong { if case .name(let name) = item.key { table[name] = .nil } }
    for problem in literalCheck.judge(declaration.name, table, known.open) {
      let name = problem.field.prefix { $0 != "[" && $0 != "." }
      if known.open.contains(String(name)) { continue }
      let item = constructor.items.first { if case .name(String(name)) = $0.key { true } else { false } }
      if item == nil || wrong.contains(where: { $0.keyRange == item?.keyRange }), !wrong.isEmpty { continue }
      found.add(
        "request", item?.value.range ?? constructor.range, problem.message, hint: problem.hint,
        severity: problem.severity)
    }
  }

  private static func known(_ constructor: TableConstructor) -> (table: LuaTable, open: Set<String>)? {
    LiteralCheck.table(constructor).map { ($0, []) } ?? LiteralCheck.fields(constructor)
  }
}
