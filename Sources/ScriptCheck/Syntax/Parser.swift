/// Reads a script as Lua 5.4.4 does and builds a tree of it.
///
/// It takes what Lua takes and refuses what Lua refuses, its limits included. Where Lua ends at the first mistake it goes on with
/// the next statement, so that all are told at once.
final class Parser {
  /// How deep statements and expressions may nest. Lua counts C calls up to 200; the host has used some of them when it compiles.
  static let levelLimit = 199
  private static let problemLimit = 20

  let source: SourceText
  let lexer: Lexer
  let tokens: [Token]
  var position = 0
  var problems: [SyntaxProblem]
  var function: FunctionScope
  /// Every local that can be seen, by name, the innermost last.
  var visible: [String: [Variable]] = [:]
  var labels: [VisibleLabel] = []
  var gotos: [PendingGoto] = []
  var openers: [Opener] = []
  /// A block that was closed by an `end` further to the left than its beginning: the one whose own is missing.
  var suspect: Opener?
  var elseIf: SourceRange?
  /// How many brackets are open.
  var brackets = 0
  private var levels = 0
  private var functionCount = 0
  var isHopeless = false
  /// Everything the analysis wants to go through.
  var variables: [Variable] = []
  var globals: [NameUse] = []
  var labelDeclarations: [LabelDeclaration] = []
  var functions: [FunctionBody] = []

  init(_ source: SourceText) {
    self.source = source
    var lexer = Lexer(source.bytes)
    lexer.run()
    self.lexer = lexer
    tokens = lexer.tokens
    problems = lexer.problems
    function = FunctionScope(parent: nil, number: 0, isVararg: true, start: nil, firstLabel: 0)
  }

  /// Reads the whole script.
  func chunk() -> SyntaxTree {
    enterBlock(isLoop: false)
    var statements: [Statement] = []
    while !isHopeless {
      statements += statementList()
      if kind == .endOfFile || isHopeless { break }
      // An `end` too many, or what belongs to no block.
      structural(
        "'<eof>' expected near '\(near)'", hint: kind == .end ? "there is one 'end' more than blocks to close" : nil)
      advance()
    }
    if !isHopeless { leaveBlock() }
    problems.sort { $0.range.start < $1.range.start }
    let block = Block(statements, SourceRange(0, source.bytes.count))
    let body = FunctionBody(
      parameters: [], isVararg: true, block: block, range: block.range, isMethod: false, returns: function.returns)
    return SyntaxTree(
      source: source, main: body, problems: problems, comments: lexer.comments, variables: variables,
      globals: globals, labels: labelDeclarations, functions: functions)
  }

  // MARK: Tokens

  var token: Token { tokens[position] }
  var kind: TokenKind { tokens[position].kind }
  var following: TokenKind { tokens[min(position + 1, tokens.count - 1)].kind }
  var last: Token { tokens[max(position - 1, 0)] }

  func advance() { if position < tokens.count - 1 { position += 1 } }

  func accept(_ wanted: TokenKind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  func expect(_ wanted: TokenKind, hint: @autoclosure () -> String? = nil) throws(SyntaxFailure) {
    guard kind == wanted else {
      throw fail("\(Self.quoted(wanted)) expected near '\(near)'", hint: hint())
    }
    advance()
  }

  static func quoted(_ kind: TokenKind) -> String {
    [.name, .string, .number].contains(kind) ? kind.spelling : "'\(kind.spelling)'"
  }

  func name(hint: @autoclosure () -> String? = nil) throws(SyntaxFailure) -> (text: String, range: SourceRange) {
    guard kind == .name else {
      let isWord = TokenKind.words[near] != nil
      throw fail("a name expected near '\(near)'", hint: isWord ? "'\(near)' is a word of Lua itself" : hint())
    }
    let text = lexer.names[Int(token.value)]
    let range = token.range
    advance()
    return (text, range)
  }

  /// The token as messages quote it.
  var near: String {
    if kind == .endOfFile { return "<eof>" }
    let text = source.text(token.range)
    let line = text.prefix { !$0.isNewline }
    return line.count > 40 || line.count < text.count ? line.prefix(40) + "…" : String(line)
  }

  // MARK: Problems

  /// Tells of a problem at the token at hand, and ends the statement.
  func fail(_ message: String, hint: String? = nil) -> SyntaxFailure {
    structural(message, hint: hint)
    return SyntaxFailure()
  }

  /// Tells of a problem at the token at hand; of several on one line the first only.
  func structural(_ message: String, hint: String? = nil, related: (String, SourceRange)? = nil) {
    // What the lexer could not read it has told.
    if kind == .invalid || lexer.problems.contains(where: { $0.range.start < last.end && last.start < $0.range.end }) {
      return
    }
    let line = source.line(token.start)
    if problems.contains(where: { $0.isStructural && source.line($0.range.start) == line }) { return }
    // A sign that the whole is something else.
    if problems.count >= Self.problemLimit { isHopeless = true }
    problems.append(
      SyntaxProblem(
        message: message, range: token.range, hint: hint,
        related: related.map { (message: $0.0, range: $0.1) }))
  }

  /// Tells of what Lua's compiler refuses although the text is well-formed.
  func semantic(_ message: String, _ range: SourceRange, hint: String? = nil, related: (String, SourceRange)? = nil) {
    problems.append(
      SyntaxProblem(
        message: message, range: range, hint: hint, related: related.map { (message: $0.0, range: $0.1) },
        isStructural: false))
  }

  func limit(_ what: String, _ limit: Int, _ range: SourceRange) {
    guard function.told.insert(what).inserted else { return }
    let place = function.start.map { "the function at line \(source.line($0))" } ?? "the main chunk"
    semantic(
      "too many \(what) in \(place): Lua takes \(limit)", range, hint: "split it into functions, or use tables")
  }

  // MARK: Levels

  func enterLevel() throws(SyntaxFailure) {
    levels += 1
    guard levels > Self.levelLimit else { return }
    if !isHopeless {
      problems.append(
        SyntaxProblem(
          message: "nested too deeply: Lua's compiler takes about \(Self.levelLimit) levels", range: token.range,
          hint: "split the expression, or move the inner blocks into functions of their own"))
    }
    isHopeless = true
    throw SyntaxFailure()
  }

  func leaveLevel() { levels -= 1 }

  func nextFunctionNumber() -> Int {
    functionCount += 1
    return functionCount
  }
}
