/// Goes through a script once and notes how everything is used, before anything is judged.
final class UsagePass {
  let tree: SyntaxTree
  let inference: Inference
  /// Globals that are assigned, by name, with the first place.
  private(set) var assigned: [String: NameUse] = [:]
  /// Globals that are assigned at the top, outside of functions.
  private(set) var declared: Set<String> = []
  /// Globals that are read.
  private(set) var read: Set<String> = []
  /// Whether globals can come from where nobody can see.
  private(set) var hasHiddenGlobals = false
  /// Calls of `require` with a literal.
  private(set) var requires: [(name: String, chain: Expression, range: SourceRange)] = []
  private(set) var returnsValue = false
  /// Every name of a field that something is stored under.
  private(set) var storedNames: Set<String> = []

  init(_ tree: SyntaxTree, _ inference: Inference) {
    self.tree = tree
    self.inference = inference
    block(tree.main.block, isTop: true)
    for use in tree.globals where use.environment == nil {
      if use.isTarget {
        assigned[use.name] = assigned[use.name] ?? use
        if !use.isInFunction { declared.insert(use.name) }
      } else {
        read.insert(use.name)
      }
    }
  }

  // MARK: Statements

  private func block(_ block: Block, isTop: Bool = false) {
    for statement in block.statements { self.statement(statement, isTop: isTop) }
  }

  private func statement(_ statement: Statement, isTop: Bool) {
    switch statement.kind {
    case .local(_, let values): values.forEach { value($0) }
    case .assignment(let targets, let values):
      values.forEach { value($0) }
      for (index, target) in targets.enumerated() { store(target, .values(values, index)) }
    case .call(let call): value(call)
    case .do(let block): self.block(block)
    case .while(let condition, let block):
      value(condition, isGuard: true)
      self.block(block)
    case .repeat(let block, let condition):
      self.block(block)
      value(condition, isGuard: true)
    case .if(let branches, let otherwise):
      for branch in branches {
        value(branch.condition, isGuard: true)
        block(branch.block)
      }
      if let otherwise { block(otherwise) }
    case .numericFor(_, let start, let limit, let step, let block):
      value(start)
      value(limit)
      if let step { value(step) }
      self.block(block)
    case .genericFor(_, let values, let block):
      values.forEach { value($0) }
      self.block(block)
    case .function(let target, let body):
      store(target, .function(body))
      function(body)
    case .localFunction(_, let body): function(body)
    case .return(let values):
      if isTop, values.count == 1, let variable = values[0].nameUse?.variable {
        // What a module gives is read by others, not changed.
        variable.reads += 1
      } else {
        values.forEach { value($0) }
      }
      if isTop, !values.isEmpty { returnsValue = true }
    case .break, .goto, .label, .empty: break
    }
  }

  private func function(_ body: FunctionBody) { block(body.block) }

  private func store(_ target: Expression, _ source: Variable.Source) {
    guard case .chain(let base, let suffixes) = target.kind, let last = suffixes.last else { return }
    for suffix in suffixes.dropLast() { self.suffix(suffix, nil) }
    if case .index(let key) = last.kind { value(key) }
    var name: String?
    if case .field(let field) = last.kind { name = field }
    if case .index(let key) = last.kind { name = key.stringLiteral }
    if let name { storedNames.insert(name) }
    guard let use = base.nameUse else { return value(base) }
    if let variable = use.variable {
      variable.reads += 1
      guard suffixes.count == 1 else { return }
      if let name { variable.fieldStores[name, default: []].append(source) } else { variable.escapes += 1 }
    } else if use.name == "_G" || use.name == "_ENV" {
      if let name, suffixes.count == 1 {
        assigned[name] = assigned[name] ?? use
        declared.insert(name)
      } else if suffixes.count == 1 {
        hasHiddenGlobals = true
      }
    }
  }

  // MARK: Expressions

  private func value(_ expression: Expression, isGuard: Bool = false) {
    switch expression.kind {
    case .name(let use):
      use.isGuard = isGuard
      use.variable?.reads += 1
      use.variable?.escapes += 1
      if use.variable == nil, use.name == "_G" || use.name == "_ENV" { hasHiddenGlobals = true }
      if let environment = use.environment { environment.reads += 1 }
    case .parenthesized(let inner): value(inner, isGuard: isGuard)
    case .unary(let symbol, let operand):
      if symbol == .length, let variable = operand.nameUse?.variable {
        variable.reads += 1
      } else {
        value(operand, isGuard: symbol == .not)
      }
    case .binary(let first, let operations): binary(first, operations, isGuard: isGuard)
    case .function(let body): function(body)
    case .table(let constructor):
      for item in constructor.items {
        if case .computed(let key) = item.key { value(key) }
        value(item.value)
      }
    case .chain(let base, let suffixes): chain(expression, base, suffixes)
    case .nil, .boolean, .number, .string, .varargs, .invalid: break
    }
  }

  private func binary(_ first: Expression, _ operations: [Operation], isGuard: Bool) {
    func isAsked(_ index: Int) -> Bool {
      // An operand of `and`, `or` or a comparison with nil is only looked at.
      let own = index == 0 ? operations[0] : operations[index - 1]
      if own.symbol == .and || own.symbol == .or { return index < operations.count || isGuard }
      guard own.symbol.isEquality else { return false }
      let other = index == 0 ? operations[0].operand : index == 1 ? first : operations[index - 2].operand
      if case .nil = other.inner.kind { return true }
      return false
    }
    for (index, operand) in ([first] + operations.map(\.operand)).enumerated() {
      let symbol = operations[max(0, index - 1)].symbol
      if symbol.isLogical { operand.nameUse?.isAlternative = true }
      if symbol.isComparison, let variable = operand.nameUse?.variable {
        variable.reads += 1
      } else {
        value(operand, isGuard: isAsked(index))
      }
    }
  }

  private func chain(_ expression: Expression, _ base: Expression, _ suffixes: [Suffix]) {
    if let use = base.nameUse, let first = suffixes.first {
      use.variable?.reads += 1
      if let environment = use.environment { environment.reads += 1 }
      switch first.kind {
      case .method: use.variable?.escapes += 1  // The method gets the table.
      case .call(let arguments):
        if use.variable == nil, use.environment == nil { call(of: use.name, arguments, expression, suffixes) }
      case .field, .index: break
      }
    } else {
      value(base)
    }
    for (index, suffix) in suffixes.enumerated() {
      let harmless = index == 0 && base.nameUse.map { $0.variable == nil && Self.lookers.contains($0.name) } == true
      self.suffix(suffix, harmless ? nil : (expression, index), isHarmless: harmless)
    }
  }

  /// Functions that only look at their first argument.
  private static let lookers: Set<String> = [
    "pairs", "ipairs", "next", "type", "tostring", "print", "rawlen", "rawequal",
  ]

  private func suffix(_ suffix: Suffix, _ site: (Expression, Int)?, isHarmless: Bool = false) {
    switch suffix.kind {
    case .field: break
    case .index(let key): value(key)
    case .call(let arguments), .method(_, _, let arguments):
      for (index, argument) in arguments.expressions.enumerated() {
        if let (chain, place) = site {
          callbacks(argument, Inference.CallSite(chain: chain, suffix: place, argument: index))
        }
        if isHarmless, index == 0, let variable = argument.nameUse?.variable {
          variable.reads += 1
        } else {
          value(argument)
        }
      }
    }
  }

  private func call(of name: String, _ arguments: CallArguments, _ chain: Expression, _ suffixes: [Suffix]) {
    switch name {
    case "require":
      guard let literal = arguments.expressions.first, let module = literal.stringLiteral else { return }
      requires.append((module, chain, literal.range))
    case "dofile", "loadfile": hasHiddenGlobals = true
    default: break
    }
  }

  /// Notes functions that are written down as an argument, or as a field of one.
  private func callbacks(_ argument: Expression, _ site: Inference.CallSite) {
    switch argument.kind {
    case .function(let body):
      for (position, parameter) in body.parameters.enumerated() {
        inference.signatures[ObjectIdentifier(parameter)] = { [unowned inference] in
          inference.callbackParameter(site, position)
        }
      }
    case .table(let constructor) where site.field == nil:
      for item in constructor.items {
        guard case .name(let name) = item.key, case .function = item.value.kind else { continue }
        var inner = site
        inner.field = name
        callbacks(item.value, inner)
      }
    default: break
    }
  }
}
