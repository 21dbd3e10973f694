import LuaHost

extension CheckPass {
  /// Tells when a value is of another kind for sure.
  func needs(_ wanted: ValueKinds, _ expression: Expression, _ what: String) {
    let type = inference.type(expression)
    if ValueKinds(type).isDisjoint(with: wanted) {
      found.add("bad-operand", expression.range, "\(what) must be \(wanted.text), got \(type.text)")
    }
  }

  func unary(_ expression: Expression, _ symbol: UnaryOperator, _ operand: Expression) {
    let type = inference.type(operand)
    switch symbol {
    case .not: break
    case .minus: operandCheck(type, operand, [.number, .string], "arithmetic on")
    case .bitNot: operandCheck(type, operand, [.number, .string], "a bitwise operation on")
    case .length:
      let hasLength = type.alternatives.contains { alternative in
        if case .host(.object(let name)) = alternative { return inference.index.objects[name]?.hasLength != false }
        return false
      }
      if case .host(.object) = type, hasLength { return }
      operandCheck(type, operand, [.string, .table], "the length of")
    }
  }

  func binary(_ first: Expression, _ operations: [Operation]) {
    var left = inference.type(first)
    var leftExpression = first
    // The left side of the next operator is all that came before.
    for (index, operation) in operations.enumerated() {
      let right = inference.type(operation.operand)
      let symbol = operation.symbol
      if symbol.isEquality {
        if index > 0 || !negated(first, operation, right) { equality(leftExpression, left, operation, right) }
      } else if symbol.isOrdering {
        if index > 0 || !negated(first, operation, right) { ordering(left, right, operation, leftExpression) }
      } else if symbol == .concat {
        operandCheck(left, leftExpression, [.string, .number], "concatenating")
        operandCheck(right, operation.operand, [.string, .number], "concatenating")
      } else if !symbol.isLogical {
        let what = symbol.isBitwise ? "a bitwise operation on" : "arithmetic on"
        operandCheck(left, leftExpression, [.number, .string], what)
        operandCheck(right, operation.operand, [.number, .string], what)
        notNumbers(left, leftExpression, what)
        notNumbers(right, operation.operand, what)
      }
      left = inference.step(left, symbol, right)
      leftExpression = Expression(.invalid, SourceRange(first.range.start, operation.operand.range.end))
    }
  }

  private func operandCheck(_ type: ValueType, _ operand: Expression, _ wanted: ValueKinds, _ what: String) {
    let kinds = ValueKinds(type)
    guard !kinds.isEmpty, kinds.isDisjoint(with: wanted) else { return }
    // Tables can have metatables: only those of the host have none for sure, and a constructor that stands right there.
    for alternative in type.alternatives {
      switch alternative {
      case .table: if case .table = operand.inner.kind { continue } else { return }
      case .host(.table), .host(.object("Error")), .unknown, .library: return
      default: continue
      }
    }
    var hint: String?
    if what == "concatenating", kinds == .boolean || kinds == .table || kinds == .object { hint = "write tostring(…)" }
    found.add("bad-operand", operand.range, "\(what) \(type.text) raises an error", hint: hint)
  }

  /// A text that is no number cannot be counted with.
  private func notNumbers(_ type: ValueType, _ operand: Expression, _ what: String) {
    guard case .string(let text?) = type else { return }
    var lexer = Lexer(Array(text.trimmed.utf8))
    lexer.run()
    let digits = lexer.tokens.filter { $0.kind == .number }.count
    let others = lexer.tokens.filter { ![.number, .minus, .endOfFile].contains($0.kind) }.count
    guard digits != 1 || others != 0 || !lexer.problems.isEmpty else { return }
    found.add("bad-operand", operand.range, "\(what) \(type.text) raises an error", hint: "the operator .. joins texts")
  }

  // MARK: Comparisons

  private func equality(_ first: Expression, _ left: ValueType, _ operation: Operation, _ right: ValueType) {
    let range = SourceRange(first.range.start, operation.operand.range.end)
    let always = operation.symbol == .equal ? "never" : "always"
    if let (type, text, word) = wordComparison(left, right, first, operation.operand) {
      guard let problem = impossible(text, type) else { return }
      return found.add(
        "impossible-comparison", word.range, "\"\(text.prefix(40))\" is \(problem.message)", hint: problem.hint)
    }
    let (a, b) = (ValueKinds(left), ValueKinds(right))
    guard !a.isEmpty, !b.isEmpty, a.isDisjoint(with: b), a != .nil, b != .nil else { return }
    // Markers such as json.null are compared with what came instead of a value.
    if a == .object || b == .object { return }
    // Host objects have no equality of their own; tables of scripts compare with tables only.
    found.add(
      "impossible-comparison", range,
      "this comparison is \(always) true: \(left.text) and \(right.text) are never equal")
  }

  private func wordComparison(
    _ left: ValueType, _ right: ValueType, _ first: Expression, _ second: Expression
  ) -> (ValueType, String, Expression)? {
    if case .string(let text?) = right { return (left, text, second) }
    if case .string(let text?) = left { return (right, text, first) }
    return nil
  }

  /// Why a value is never a word.
  private func impossible(_ text: String, _ type: ValueType) -> (message: String, hint: String?)? {
    var words: [String] = []
    var isClosed = true
    for alternative in type.alternatives {
      switch alternative {
      case .nil: continue
      case .host(.enumeration(let cases)): words += cases
      case .host(.alias(let alias)) where !alias.words.isEmpty:
        words += alias.words.map(\.word)
        isClosed = isClosed && alias.isClosed
      default:
        guard ValueKinds(alternative).isDisjoint(with: .string) else { return nil }
      }
    }
    if words.isEmpty {
      let kinds = ValueKinds(type)
      guard !kinds.isEmpty, kinds != .nil else { return nil }
      return ("never equal to \(type.text)", nil)
    }
    if words.contains(text) { return nil }
    let near = Suggestions.hint(for: text, in: words)
    // A list that may grow is only held against what looks like a slip.
    guard isClosed || near != nil else { return nil }
    return (isClosed ? "none of \(Self.list(words))" : "not among the known values", near)
  }

  private func ordering(_ left: ValueType, _ right: ValueType, _ operation: Operation, _ first: Expression) {
    let (a, b) = (ValueKinds(left), ValueKinds(right))
    let range = SourceRange(first.range.start, operation.operand.range.end)
    let plain: ValueKinds = [.nil, .boolean, .number, .string, .function]
    guard !a.isEmpty, !b.isEmpty, a.isSubset(of: plain), b.isSubset(of: plain) else { return }
    let bothNumbers = a.contains(.number) && b.contains(.number)
    let bothStrings = a.contains(.string) && b.contains(.string)
    if bothNumbers || bothStrings { return }
    found.add("bad-operand", range, "comparing \(left.text) with \(right.text) raises an error")
  }

  private func negated(_ first: Expression, _ operation: Operation, _ right: ValueType) -> Bool {
    guard case .unary(.not, let operand) = first.kind, ValueKinds(right).isDisjoint(with: .boolean) else {
      return false
    }
    let (a, b) = (tree.source.text(operand.range), tree.source.text(operation.operand.range))
    let better =
      operation.symbol == .equal ? "\(a) ~= \(b)" : operation.symbol == .notEqual ? "\(a) == \(b)" : "not (\(a) … \(b))"
    found.add(
      "negated-comparison", SourceRange(first.range.start, operation.operand.range.end),
      "'not' belongs to the left side only", hint: "write \(better.prefix(60))")
    return true
  }
}

extension String {
  /// Without blanks at both ends, as Lua reads numbers.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
