import LuaHost

/// Goes through a script in order and judges it.
final class CheckPass {
  let tree: SyntaxTree
  let usage: UsagePass
  let inference: Inference
  let found: FindingList
  let literalCheck: LiteralCheck?
  var saysUnknownValues = true
  /// How many functions around this place may fail: they are tried, or meant to.
  var tried = 0

  init(
    _ tree: SyntaxTree, _ usage: UsagePass, _ inference: Inference, _ found: FindingList, literalCheck: LiteralCheck?
  ) {
    self.tree = tree
    self.usage = usage
    self.inference = inference
    self.found = found
    self.literalCheck = literalCheck
  }

  func run() {
    block(tree.main.block)
    variables()
    labels()
  }

  // MARK: Statements

  func block(_ block: Block) {
    reachability(block)
    for statement in block.statements { self.statement(statement) }
  }

  private func statement(_ statement: Statement) {
    switch statement.kind {
    case .local(let variables, let values):
      values.enumerated().forEach {
        value($1, isUsed: $0 < variables.count || $0 == values.count - 1)
      }
    case .assignment(let targets, let values):
      values.forEach { value($0) }
      for target in targets { store(target) }
      selfAssignment(statement, targets, values)
    case .call(let call): discarded(call)
    case .do(let block): self.block(block)
    case .while(let condition, let block):
      value(condition)
      self.block(block)
      endlessLoop(statement, condition, block)
    case .repeat(let block, let condition):
      self.block(block)
      value(condition)
    case .if(let branches, let otherwise):
      for branch in branches {
        value(branch.condition)
        block(branch.block)
      }
      if let otherwise { block(otherwise) }
      emptyBranches(statement, branches, otherwise)
    case .numericFor(_, let start, let limit, let step, let block):
      for bound in [start, limit] + (step.map { [$0] } ?? []) {
        value(bound)
        needs(.number, bound, "a bound of a numeric 'for'")
      }
      loopRange(statement, start, limit, step)
      self.block(block)
    case .genericFor(_, let values, let block):
      values.forEach { value($0) }
      iterator(values)
      self.block(block)
    case .function(let target, let body):
      store(target)
      self.block(body.block)
    case .localFunction(_, let body): self.block(body.block)
    case .return(let values): values.forEach { value($0) }
    case .break, .goto, .label, .empty: break
    }
  }

  // MARK: Expressions

  func value(_ expression: Expression, isUsed: Bool = true) {
    switch expression.kind {
    case .parenthesized(let inner): value(inner)
    case .unary(let symbol, let operand):
      value(operand)
      unary(expression, symbol, operand)
    case .binary(let first, let operations):
      value(first)
      for operation in operations { value(operation.operand) }
      binary(first, operations)
    case .function(let body): block(body.block)
    case .table(let constructor):
      for item in constructor.items {
        if case .computed(let key) = item.key { value(key) }
        value(item.value)
      }
      duplicateKeys(constructor)
    case .chain(_, let suffixes):
      chain(expression, suffixes.count)
      if isUsed, suffixes.last?.isCall == true { resultUsed(expression, suffixes) }
    case .nil, .boolean, .number, .string, .varargs, .name, .invalid: break
    }
  }

  /// The range of a part of a chain: from its beginning up to a suffix.
  func range(_ chain: Expression, upTo suffix: Suffix) -> SourceRange {
    SourceRange(chain.range.start, suffix.range.end)
  }

  /// Where the name of a `.name` stands.
  func nameRange(_ suffix: Suffix, _ name: String) -> SourceRange {
    SourceRange(suffix.range.end - name.utf8.count, suffix.range.end)
  }

  /// Judges a chain up to a number of suffixes.
  private func chain(_ expression: Expression, _ count: Int) {
    guard case .chain(let base, let suffixes) = expression.kind else { return }
    value(base)
    for (index, suffix) in suffixes.prefix(count).enumerated() {
      let receiver = inference.prefix(expression, index).first ?? .nil
      switch suffix.kind {
      case .field(let name):
        let isCalled = index + 1 < suffixes.count && suffixes[index + 1].isCall
        member(receiver, name, nameRange(suffix, name), base, expression, isCalled: isCalled)
      case .index(let key):
        value(key)
        if let name = key.stringLiteral {
          member(receiver, name, key.range, base, expression, isCalled: false)
        } else {
          indexable(receiver, suffix.range)
        }
      case .call(let arguments):
        let mayFail = mayFail(receiver)
        if mayFail { tried += 1 }
        arguments.expressions.forEach { value($0) }
        if mayFail { tried -= 1 }
        call(expression, index, receiver, arguments, suffix)
      case .method(let name, let nameRange, let arguments):
        arguments.expressions.forEach { value($0) }
        method(expression, receiver, name, nameRange, arguments, suffix)
      }
    }
  }

  private func store(_ target: Expression) {
    guard case .chain(_, let suffixes) = target.kind, let last = suffixes.last else { return }
    chain(target, suffixes.count - 1)
    if case .index(let key) = last.kind { value(key) }
    let receiver = inference.prefix(target, suffixes.count - 1).first ?? .nil
    switch last.kind {
    case .field(let name): stored(receiver, name, nameRange(last, name))
    case .index(let key):
      if let name = key.stringLiteral { stored(receiver, name, key.range) } else { indexable(receiver, last.range) }
    default: break
    }
  }

  private func stored(_ receiver: ValueType, _ name: String, _ range: SourceRange) {
    let alternatives = receiver.alternatives
    if alternatives.count == 1, case .host(let declared) = alternatives[0], case .object(let object) = declared,
      let type = inference.index.objects[object], !type.hasOtherFields
    {
      guard let field = type.fields.first(where: { $0.name == name }) else {
        return found.add(
          "unknown-field", range, "\(ValueType.article(object)) has no field '\(name)'",
          hint: Suggestions.hint(for: name, in: type.fields.map(\.name)))
      }
      if field.isWritable { return }
      return found.add(
        "read-only-field", range, "the field '\(name)' of \(ValueType.article(object)) cannot be assigned to",
        hint: inference.index.methods[object]?["with"].map { _ in "':with{ \(name) = … }' gives a changed copy" })
    }
    indexable(receiver, range)
  }

  private func mayFail(_ callee: ValueType) -> Bool {
    guard case .function(let callable) = callee else { return false }
    switch callable {
    case .standard(let function): return function.name == "pcall" || function.name == "xpcall"
    case .declared(let declaration, _): return literalCheck?.triers.contains(declaration.name) == true
    default: return false
    }
  }

  /// Whether fields of a value can be asked for at all.
  func indexable(_ receiver: ValueType, _ range: SourceRange) {
    let kinds = ValueKinds(receiver)
    guard kinds.isDisjoint(with: [.table, .string, .object]) else { return }
    found.add("index-non-table", range, "\(receiver.text) has no fields", hint: "Lua raises \"attempt to index\"")
  }
}
