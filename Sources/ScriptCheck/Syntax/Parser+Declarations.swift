extension Parser {
  func local() throws(SyntaxFailure) -> Statement.Kind {
    var variables: [Variable] = []
    var closes = 0
    repeat {
      let given = try name()
      var attribute = Variable.Attribute.none
      if accept(.less) {
        let word = try name()
        try expect(.greater)
        switch word.text {
        case "const": attribute = .constant
        case "close":
          attribute = .close
          closes += 1
          if closes == 2 { semantic("multiple to-be-closed variables in one local list", word.range) }
        default:
          semantic(
            "unknown attribute '\(word.text)'", word.range,
            hint: Suggestions.hint(for: word.text, in: ["const", "close"]) ?? "there are <const> and <close>")
        }
      }
      variables.append(declare(given.text, given.range, .local, attribute: attribute))
    } while accept(.comma)
    var values: [Expression] = []
    if kind == .assign {
      advance()
      do {
        values = try expressionList()
      } catch {
        // What follows may use the names all the same.
        activate(variables)
        throw error
      }
    }
    for (index, variable) in variables.enumerated() {
      variable.sources = [values.isEmpty ? .absent : .values(values, index)]
    }
    if let only = variables.last, only.attribute == .constant, variables.count == values.count,
      Self.isCompileTimeConstant(values[values.count - 1])
    {
      only.isCompileTimeConstant = true
    }
    activate(variables)
    return .local(variables, values)
  }

  private static func isCompileTimeConstant(_ expression: Expression) -> Bool {
    switch expression.inner.kind {
    case .nil, .boolean, .number, .string: true
    case .name(let use): use.variable?.isCompileTimeConstant == true
    case .unary(.length, _): false
    case .unary(_, let operand): isCompileTimeConstant(operand)
    case .binary(let first, let operations):
      isNumber(first)
        && operations.allSatisfy { operation in
          !operation.symbol.isComparison && !operation.symbol.isLogical && operation.symbol != .concat
            && isNumber(operation.operand)
        }
    default: false
    }
  }

  private static func isNumber(_ expression: Expression) -> Bool {
    switch expression.inner.kind {
    case .string, .nil, .boolean: false
    default: isCompileTimeConstant(expression)
    }
  }

  func localFunction() throws(SyntaxFailure) -> Statement.Kind {
    let keyword = last.range
    let given = try name()
    let variable = declare(given.text, given.range, .function)
    activate([variable])
    if kind == .dot || kind == .colon {
      throw fail("'(' expected near '\(near)'", hint: "a local function has a plain name; leave out 'local'")
    }
    let body = try functionBody(keyword, isMethod: false)
    body.name = given.text
    variable.sources = [.function(body)]
    return .localFunction(variable, body)
  }

  func functionStatement() throws(SyntaxFailure) -> Statement.Kind {
    let keyword = token.range
    advance()
    let first = try name(
      hint: kind == .leftParen ? "a function without a name is a value: local f = function() … end" : nil)
    let base = Expression(.name(resolve(first.text, first.range)), first.range)
    var suffixes: [Suffix] = []
    var isMethod = false
    while kind == .dot || kind == .colon {
      isMethod = kind == .colon
      let start = token.start
      advance()
      let field = try name()
      suffixes.append(Suffix(kind: .field(field.text), range: SourceRange(start, field.range.end)))
      if isMethod { break }
    }
    let target =
      suffixes.isEmpty ? base : Expression(.chain(base, suffixes), SourceRange(first.range.start, last.end))
    let body = try functionBody(keyword, isMethod: isMethod)
    body.name = source.text(target.range)
    if let use = target.nameUse {
      use.isTarget = true
      if let variable = use.variable {
        if variable.attribute != .none { constant(variable, use.range) }
        variable.writes += 1
        variable.sources.append(.function(body))
      }
    }
    return .function(target, body)
  }

  func functionBody(_ keyword: SourceRange, isMethod: Bool) throws(SyntaxFailure) -> FunctionBody {
    let outer = function
    let start = keyword.start
    var scope = FunctionScope(
      parent: outer, number: nextFunctionNumber(), isVararg: false, start: start, firstLabel: labels.count)
    function = scope
    enterBlock(isLoop: false)
    var parameters: [Variable] = []
    if isMethod { parameters.append(declare("self", keyword, .selfParameter)) }
    try expect(.leftParen, hint: kind == .name ? "a function that is a value has no name" : nil)
    var isVararg = false
    if kind != .rightParen {
      repeat {
        if accept(.dots) {
          isVararg = true
          break
        }
        let parameter = try name()
        parameters.append(declare(parameter.text, parameter.range, .parameter))
      } while accept(.comma)
    }
    for parameter in parameters { parameter.sources = [.caller] }
    if isVararg { scope = replaceScope(scope) }
    activate(parameters)
    try expect(.rightParen)
    open(.function, keyword)
    let bodyStart = token.start
    let statements = statementList()
    let block = Block(statements, SourceRange(bodyStart, max(last.end, bodyStart)))
    close(.end)
    if isHopeless { throw SyntaxFailure() }
    let body = FunctionBody(
      parameters: parameters, isVararg: isVararg, block: block, range: SourceRange(start, last.end),
      isMethod: isMethod, returns: scope.returns)
    functions.append(body)
    closeFunction(to: outer)
    return body
  }

  /// Only now is it known that the function takes any number of arguments.
  private func replaceScope(_ scope: FunctionScope) -> FunctionScope {
    let replaced = FunctionScope(
      parent: scope.parent, number: scope.number, isVararg: true, start: scope.start, firstLabel: scope.firstLabel)
    replaced.pending = scope.pending
    replaced.block = scope.block
    function = replaced
    return replaced
  }

  /// Leaves the function that is being read.
  func closeFunction(to outer: FunctionScope) {
    while function.block != nil { leaveBlock() }
    function = outer
  }

  func forStatement() throws(SyntaxFailure) -> Statement.Kind {
    let keyword = token.range
    advance()
    enterBlock(isLoop: true)
    var isOpen = true
    defer { if isOpen, !isHopeless { leaveBlock() } }
    let first = try name()
    let kind: Statement.Kind
    switch self.kind {
    case .assign: kind = try numericFor(keyword, first)
    case .comma, .in: kind = try genericFor(keyword, first)
    default: throw fail("'=' or 'in' expected near '\(near)'")
    }
    if isHopeless { throw SyntaxFailure() }
    leaveBlock()
    isOpen = false
    close(.end)
    return kind
  }

  private func numericFor(
    _ keyword: SourceRange, _ first: (text: String, range: SourceRange)
  ) throws(SyntaxFailure) -> Statement.Kind {
    reserve(3, first.range)
    let variable = declare(first.text, first.range, .loop)
    advance()
    let start = try expression()
    var limit = Expression(.invalid, token.range)
    if kind == .do {
      structural("',' expected near 'do'", hint: "a numeric 'for' has a limit: for i = 1, 10 do")
    } else {
      try expect(.comma)
      limit = try expression()
    }
    let step = accept(.comma) ? try expression() : nil
    variable.sources = [.counter(start: start, step: step)]
    try begin(.do)
    open(.for, keyword)
    activate([], unnamed: 3)
    return .numericFor(variable, start: start, limit: limit, step: step, loopBody([variable]))
  }

  private func loopBody(_ variables: [Variable]) -> Block {
    let start = token.start
    enterBlock(isLoop: false)
    activate(variables)
    let statements = statementList()
    if !isHopeless { leaveBlock() }
    return Block(statements, SourceRange(start, max(last.end, start)))
  }

  private func genericFor(
    _ keyword: SourceRange, _ first: (text: String, range: SourceRange)
  ) throws(SyntaxFailure) -> Statement.Kind {
    reserve(4, first.range)
    var variables = [declare(first.text, first.range, .loop)]
    while accept(.comma) {
      let next = try name()
      variables.append(declare(next.text, next.range, .loop))
    }
    try expect(.in)
    let values = try expressionList()
    for (index, variable) in variables.enumerated() { variable.sources = [.iteration(values, index)] }
    try begin(.do)
    open(.for, keyword)
    activate([], unnamed: 4)
    return .genericFor(variables, values, loopBody(variables))
  }
}
