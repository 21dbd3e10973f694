extension Parser {
  func expressionList() throws(SyntaxFailure) -> [Expression] {
    var list = [try expression()]
    while accept(.comma) { list.append(try expression()) }
    return list
  }

  func expression() throws(SyntaxFailure) -> Expression { try operation(above: 0) }

  /// Operands joined by operators that bind more tightly than `limit`.
  private func operation(above limit: Int) throws(SyntaxFailure) -> Expression {
    try enterLevel()
    defer { leaveLevel() }
    let start = token.start
    var first: Expression
    if let symbol = UnaryOperator(kind) {
      advance()
      let operand = try operation(above: UnaryOperator.priority)
      first = Expression(.unary(symbol, operand), SourceRange(start, operand.range.end))
    } else {
      first = try simpleExpression()
    }
    var operations: [Operation] = []
    while let symbol = BinaryOperator(kind), symbol.priority.left > limit {
      let range = token.range
      advance()
      let operand = try operation(above: symbol.priority.right)
      operations.append(Operation(symbol: symbol, symbolRange: range, operand: operand))
    }
    guard let last = operations.last else { return first }
    first = Expression(.binary(first, operations), SourceRange(start, last.operand.range.end))
    return first
  }

  private func simpleExpression() throws(SyntaxFailure) -> Expression {
    let range = token.range
    let simple: Expression.Kind
    switch kind {
    case .number: simple = .number(lexer.numbers[Int(token.value)])
    case .string: simple = .string(lexer.strings[Int(token.value)])
    case .nil: simple = .nil
    case .true: simple = .boolean(true)
    case .false: simple = .boolean(false)
    case .dots:
      if !function.isVararg {
        semantic(
          "cannot use '...' outside of a vararg function", range,
          hint: "give the function '...' as its last parameter")
      }
      simple = .varargs
    case .leftBrace: return try table()
    case .function:
      advance()
      let body = try functionBody(range, isMethod: false)
      return Expression(.function(body), body.range)
    default: return try suffixedExpression()
    }
    advance()
    return Expression(simple, range)
  }

  private func primaryExpression() throws(SyntaxFailure) -> Expression {
    switch kind {
    case .name:
      let given = try name()
      return Expression(.name(resolve(given.text, given.range)), given.range)
    case .leftParen:
      let opening = token.range
      advance()
      brackets += 1
      let content = try expression()
      guard kind == .rightParen else { throw unclosed(.rightParen, .leftParen, opening) }
      brackets -= 1
      advance()
      return Expression(.parenthesized(content), SourceRange(opening.start, last.end))
    default:
      throw fail("unexpected symbol near '\(near)'", hint: symbolHint)
    }
  }

  private func unclosed(_ wanted: TokenKind, _ opener: TokenKind, _ opening: SourceRange) -> SyntaxFailure {
    let line = source.line(opening.start)
    let place = line == source.line(token.start) ? "" : " (to close '\(opener.spelling)' at line \(line))"
    structural(
      "'\(wanted.spelling)' expected\(place) near '\(near)'", hint: comparisonHint,
      related: ("'\(opener.spelling)' stands here", opening))
    return SyntaxFailure()
  }

  private var symbolHint: String? {
    guard position > 0 else { return nil }
    switch (last.kind, kind) {
    case (.ampersand, .ampersand): return "Lua writes 'and'"
    case (.pipe, .pipe): return "Lua writes 'or'"
    case (.plus, .plus): return "Lua has no '++'; write x = x + 1"
    case (.assign, .assign): return "a comparison is written =="
    case (_, .end): return openers.isEmpty ? "there is one 'end' more than blocks to close" : "a value is missing here"
    case (.comma, .rightParen): return "a value is missing behind the comma"
    case (_, .rightParen), (_, .rightBrace):
      guard let opener = openers.last, opener.kind == .function else { return nil }
      return "is an 'end' missing for the function at line \(source.line(opener.range.start))?"
    default: return TokenKind.words[near] != nil && kind != .endOfFile ? "'\(near)' is a word of Lua itself" : nil
    }
  }

  func suffixedExpression() throws(SyntaxFailure) -> Expression {
    let base = try primaryExpression()
    var suffixes: [Suffix] = []
    loop: while true {
      let start = token.start
      switch kind {
      case .dot:
        advance()
        let field = try name()
        suffixes.append(Suffix(kind: .field(field.text), range: SourceRange(start, field.range.end)))
      case .leftBracket:
        let opening = token.range
        advance()
        let key = try expression()
        guard kind == .rightBracket else { throw unclosed(.rightBracket, .leftBracket, opening) }
        advance()
        suffixes.append(Suffix(kind: .index(key), range: SourceRange(start, last.end)))
      case .colon:
        advance()
        let method = try name()
        guard [.leftParen, .leftBrace, .string].contains(kind) else {
          throw fail(
            "function arguments expected near '\(near)'", hint: "with ':' a method is called; a field is read with '.'")
        }
        let arguments = try arguments()
        suffixes.append(
          Suffix(
            kind: .method(method.text, nameRange: method.range, arguments), range: SourceRange(start, last.end)))
      case .leftParen, .leftBrace, .string:
        let arguments = try arguments()
        suffixes.append(Suffix(kind: .call(arguments), range: SourceRange(start, last.end)))
      default: break loop
      }
    }
    return suffixes.isEmpty
      ? base : Expression(.chain(base, suffixes), SourceRange(base.range.start, last.end))
  }

  private func arguments() throws(SyntaxFailure) -> CallArguments {
    let opening = token.range
    switch kind {
    case .string:
      advance()
      let value = Expression(.string(lexer.strings[Int(last.value)]), opening)
      return CallArguments(expressions: [value], range: opening)
    case .leftBrace:
      let value = try table()
      return CallArguments(expressions: [value], range: value.range)
    default:
      advance()
      if accept(.rightParen) { return CallArguments(expressions: [], range: SourceRange(opening.start, last.end)) }
      brackets += 1
      let values = try expressionList()
      guard kind == .rightParen else { throw unclosed(.rightParen, .leftParen, opening) }
      brackets -= 1
      advance()
      return CallArguments(expressions: values, range: SourceRange(opening.start, last.end))
    }
  }

  private func table() throws(SyntaxFailure) -> Expression {
    let opening = token.range
    advance()
    brackets += 1
    var items: [TableConstructor.Item] = []
    while kind != .rightBrace {
      items.append(try item())
      guard accept(.comma) || accept(.semicolon) else { break }
    }
    guard kind == .rightBrace else {
      if kind == .name || kind == .string || kind == .leftBracket, let item = items.last {
        structural(
          "'}' expected\(source.line(opening.start) == source.line(token.start) ? "" : " (to close '{' at line \(source.line(opening.start)))") near '\(near)'",
          hint: "is a comma missing behind the value before?",
          related: ("the value before ends here", SourceRange(item.value.range.end - 1, item.value.range.end)))
        throw SyntaxFailure()
      }
      throw unclosed(.rightBrace, .leftBrace, opening)
    }
    brackets -= 1
    advance()
    let range = SourceRange(opening.start, last.end)
    return Expression(.table(TableConstructor(items, range)), range)
  }

  private func item() throws(SyntaxFailure) -> TableConstructor.Item {
    if kind == .name, following == .assign {
      let key = try name()
      advance()
      return TableConstructor.Item(key: .name(key.text), keyRange: key.range, value: try expression())
    }
    if kind == .leftBracket {
      let opening = token.range
      advance()
      let key = try expression()
      guard kind == .rightBracket else { throw unclosed(.rightBracket, .leftBracket, opening) }
      advance()
      let keyRange = SourceRange(opening.start, last.end)
      try expect(.assign)
      return TableConstructor.Item(key: .computed(key), keyRange: keyRange, value: try expression())
    }
    let value = try expression()
    return TableConstructor.Item(key: .positional, keyRange: value.range, value: value)
  }
}
