extension Parser {
  /// The statements up to a word that ends the block.
  func statementList() -> [Statement] {
    var statements: [Statement] = []
    while !kind.endsBlock, !isHopeless {
      let isReturn = kind == .return
      let start = position
      let depth = function
      let (openBefore, bracketsBefore) = (openers.count, brackets)
      do {
        if let statement = try statement() { statements.append(statement) }
      } catch {
        // A failure inside of a function that was being read leaves its scope open.
        while function !== depth, let parent = function.parent { closeFunction(to: parent) }
        if isHopeless { break }
        openers.removeLast(max(0, openers.count - openBefore))
        brackets = bracketsBefore
        if endsBlockUnclosed() { break }
        recover(from: start)
        continue
      }
      if isReturn, !kind.endsBlock {
        structural(
          "'\(openers.isEmpty ? "<eof>" : "end")' expected near '\(near)'",
          hint: "'return' must be the last statement of its block; write do return end to leave in the middle")
      }
    }
    return statements
  }

  /// A block in a scope of its own.
  func block(isLoop: Bool = false) -> Block {
    let start = token.start
    enterBlock(isLoop: isLoop)
    let statements = statementList()
    if !isHopeless { leaveBlock() }
    return Block(statements, SourceRange(start, max(last.end, start)))
  }

  func open(_ kind: TokenKind, _ range: SourceRange) {
    openers.append(Opener(kind: kind, range: range, brackets: brackets))
  }

  /// The word that closes a block.
  func close(_ wanted: TokenKind) {
    guard !isHopeless else { return }
    let opener = openers.popLast()
    if kind == wanted {
      if let opener, suspect == nil, token.beginsLine {
        let own = source.indentation(source.line(token.start))
        let begin = source.line(opener.range.start)
        if own < source.indentation(begin), source.line(token.start) != begin { suspect = opener }
      }
      return advance()
    }
    guard let opener else { return structural("\(Self.quoted(wanted)) expected near '\(near)'") }
    let line = source.line(opener.range.start)
    let isHere = line == source.line(token.start)
    var related: (String, SourceRange) = ("'\(opener.kind.spelling)' begins here", opener.range)
    if let suspect, kind == .endOfFile, suspect.range != opener.range {
      related = (
        "by the indentation this '\(suspect.kind.spelling)' is the one without an 'end'", suspect.range
      )
    }
    structural(
      "\(Self.quoted(wanted)) expected\(isHere ? "" : " (to close '\(opener.kind.spelling)' at line \(line))") near '\(near)'",
      hint: kind == .endOfFile && elseIf != nil ? "'else if' opens another block; write 'elseif'" : nil,
      related: related)
  }

  // MARK: Going on after a mistake

  /// Whether a closing bracket shows that the `end` of the block is missing: then the block is over.
  private func endsBlockUnclosed() -> Bool {
    guard let opener = openers.last, opener.kind == .function, opener.brackets > 0 else { return false }
    return kind == .rightParen || kind == .rightBrace
  }

  /// Skips to where a statement is likely to begin; blocks that were opened on the way are read as such.
  private func recover(from start: Int) {
    if position == start { advance() }
    let failedLine = source.line(last.start)
    var opened = 0
    while kind != .endOfFile {
      if token.beginsLine, source.line(token.start) > failedLine {
        if kind.beginsStatement || kind.endsBlock || kind == .function { break }
        if kind == .name, [.assign, .dot, .leftParen, .colon, .leftBracket, .comma].contains(following) { break }
      }
      if kind.endsBlock {
        if opened == 0 || kind != .end { break }
        opened -= 1
      }
      if [.function, .do, .then, .repeat].contains(kind) { opened += 1 }
      advance()
    }
    for _ in 0..<min(opened, 20) where kind != .endOfFile && !isHopeless {
      _ = block()
      while kind == .else || kind == .elseif, !isHopeless {
        advance()
        _ = block()
      }
      _ = accept(kind == .until ? .until : .end)
    }
  }

  // MARK: Statements

  private func statement() throws(SyntaxFailure) -> Statement? {
    try enterLevel()
    defer { leaveLevel() }
    let start = token.start
    func made(_ kind: Statement.Kind) -> Statement { Statement(kind, SourceRange(start, last.end)) }
    switch kind {
    case .semicolon:
      advance()
      return made(.empty)
    case .if: return made(try ifStatement())
    case .while:
      let range = token.range
      advance()
      let condition = try expression()
      try begin(.do)
      open(.while, range)
      let body = block(isLoop: true)
      close(.end)
      return made(.while(condition, body))
    case .do:
      open(.do, token.range)
      advance()
      let body = block()
      close(.end)
      return made(.do(body))
    case .for: return made(try forStatement())
    case .repeat: return made(try repeatStatement())
    case .function: return made(try functionStatement())
    case .local:
      advance()
      return made(accept(.function) ? try localFunction() : try local())
    case .doubleColon: return made(try label())
    case .return:
      advance()
      var values: [Expression] = []
      if !kind.endsBlock, kind != .semicolon { values = try expressionList() }
      _ = accept(.semicolon)
      function.returns.append(values)
      return made(.return(values))
    case .break:
      jumpOut(token.range)
      advance()
      return made(.break)
    case .goto:
      advance()
      let target = try name()
      jump(to: target.text, target.range)
      return made(.goto(target.text))
    default: return made(try expressionStatement())
    }
  }

  /// The word that begins a block; where it is missing the block is read all the same.
  func begin(_ wanted: TokenKind) throws(SyntaxFailure) {
    if kind == wanted { return advance() }
    let other = wanted == .do ? TokenKind.then : .do
    let hint = kind == other ? "here it is '\(wanted.spelling)'" : comparisonHint
    structural("'\(wanted.spelling)' expected near '\(near)'", hint: hint)
    if kind == .endOfFile { throw SyntaxFailure() }
    let line = source.line(token.start)
    if token.beginsLine { return }
    var index = position
    while index < tokens.count - 1, source.line(tokens[index].start) == line {
      if tokens[index].kind == wanted || tokens[index].kind == other {
        position = index + 1
        return
      }
      index += 1
    }
  }

  var comparisonHint: String? { kind == .assign ? "a comparison is written ==" : nil }

  private func ifStatement() throws(SyntaxFailure) -> Statement.Kind {
    open(.if, token.range)
    let depth = openers.count
    var branches: [Statement.Branch] = []
    var otherwise: Block?
    do {
      repeat {
        advance()
        let condition = try expression()
        try begin(.then)
        branches.append(Statement.Branch(condition: condition, block: block()))
      } while kind == .elseif && !isHopeless
    } catch {
      openers.removeLast(max(0, openers.count - depth + 1))
      throw error
    }
    if kind == .else {
      if following == .if, source.line(token.start) == source.line(tokens[position + 1].start) {
        elseIf = elseIf ?? token.range
      }
      advance()
      otherwise = block()
    }
    close(.end)
    return .if(branches, otherwise)
  }

  private func repeatStatement() throws(SyntaxFailure) -> Statement.Kind {
    open(.repeat, token.range)
    let start = token.start
    advance()
    enterBlock(isLoop: true)
    enterBlock(isLoop: false)
    let statements = statementList()
    guard !isHopeless else { throw SyntaxFailure() }
    let body = Block(statements, SourceRange(start, last.end))
    close(.until)
    defer {
      leaveBlock()
      leaveBlock()
    }
    return .repeat(body, try expression())
  }

  private func label() throws(SyntaxFailure) -> Statement.Kind {
    advance()
    let target = try name()
    try expect(.doubleColon)
    checkRepeated(target.text, target.range)
    let declaration = LabelDeclaration(target.text, target.range)
    labelDeclarations.append(declaration)
    // What does nothing may stand between a label and the end of its block. Lua reads those statements before the label counts.
    var index = position
    var labelsAhead = 0
    while tokens[index].kind == .semicolon || tokens[index].kind == .doubleColon {
      if tokens[index].kind == .doubleColon { labelsAhead += 1 }
      index += tokens[index].kind == .semicolon ? 1 : 3
      if index >= tokens.count { index = tokens.count - 1 }
    }
    // Each of a row of labels is one level deeper for Lua than the one before.
    for _ in 0..<labelsAhead { try enterLevel() }
    for _ in 0..<labelsAhead { leaveLevel() }
    let end = tokens[index].kind
    define(declaration, isLast: end.endsBlock && end != .until)
    return .label(declaration)
  }

  private func expressionStatement() throws(SyntaxFailure) -> Statement.Kind {
    let expression = try suffixedExpression()
    if kind == .assign || kind == .comma { return try assignment(expression) }
    if case .chain(_, let suffixes) = expression.kind, suffixes.last?.isCall == true { return .call(expression) }
    throw fail("syntax error near '\(near)'", hint: statementHint(expression))
  }

  private func statementHint(_ expression: Expression) -> String? {
    if following == .assign, BinaryOperator(kind) != nil {
      let (left, sign) = (source.text(expression.range), near)
      return "Lua has no '\(sign)='; write \(left) = \(left) \(sign) …"
    }
    if kind == .plus, following == .plus {
      return "Lua has no '++'; write \(source.text(expression.range)) = \(source.text(expression.range)) + 1"
    }
    if let use = expression.nameUse {
      if use.name == "continue" {
        return "Lua has no 'continue'; write goto continue, and ::continue:: before the 'end'"
      }
      if let word = Suggestions.nearest(to: use.name, in: TokenKind.words.keys) {
        return "did you mean '\(word)'?"
      }
    }
    return "a statement is a call, an assignment, or begins with a word such as 'local' or 'if'"
  }

  private func assignment(_ first: Expression) throws(SyntaxFailure) -> Statement.Kind {
    var targets: [Expression] = []
    var next = first
    var levels = 0
    defer { for _ in 0..<levels { leaveLevel() } }
    while true {
      try checkTarget(next)
      targets.append(next)
      guard accept(.comma) else { break }
      next = try suffixedExpression()
      try enterLevel()
      levels += 1
    }
    try expect(.assign)
    let values = try expressionList()
    for (index, target) in targets.enumerated() {
      guard let use = target.nameUse else { continue }
      use.isTarget = true
      use.variable?.writes += 1
      use.variable?.sources.append(.values(values, index))
    }
    return .assignment(targets, values)
  }

  func checkTarget(_ target: Expression) throws(SyntaxFailure) {
    switch target.kind {
    case .name(let use):
      if let variable = use.variable, variable.attribute != .none { constant(variable, use.range) }
    case .chain(_, let suffixes) where suffixes.last?.isCall == false: break
    default:
      throw fail(
        "syntax error near '\(near)'", hint: "only a variable or a field can be assigned to, not what a call gives")
    }
  }

  func constant(_ variable: Variable, _ range: SourceRange) {
    semantic(
      "attempt to assign to const variable '\(variable.name)'", range,
      related: ("it is declared here", variable.range))
  }
}
