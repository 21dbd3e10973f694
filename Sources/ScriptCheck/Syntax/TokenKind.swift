/// What a token is.
enum TokenKind: UInt8, Sendable {
  // The words of Lua 5.4.
  case and, `break`, `do`, `else`, elseif, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
  case `repeat`, `return`, then, `true`, until, `while`
  case name, string, number
  case plus, minus, star, slash, doubleSlash, percent, caret, hash, ampersand, tilde, pipe, shiftLeft, shiftRight
  case equal, notEqual, lessEqual, greaterEqual, less, greater, assign
  case leftParen, rightParen, leftBrace, rightBrace, leftBracket, rightBracket
  case doubleColon, semicolon, colon, comma, dot, concat, dots
  case endOfFile
  /// A byte that begins nothing in Lua; the lexer has told.
  case invalid

  static let words: [String: TokenKind] = [
    "and": .and, "break": .break, "do": .do, "else": .else, "elseif": .elseif, "end": .end, "false": .false,
    "for": .for, "function": .function, "goto": .goto, "if": .if, "in": .in, "local": .local, "nil": .nil,
    "not": .not, "or": .or, "repeat": .repeat, "return": .return, "then": .then, "true": .true, "until": .until,
    "while": .while,
  ]

  private static let spellings: [TokenKind: String] = {
    var spellings: [TokenKind: String] = [
      .plus: "+", .minus: "-", .star: "*", .slash: "/", .doubleSlash: "//", .percent: "%", .caret: "^", .hash: "#",
      .ampersand: "&", .tilde: "~", .pipe: "|", .shiftLeft: "<<", .shiftRight: ">>", .equal: "==", .notEqual: "~=",
      .lessEqual: "<=", .greaterEqual: ">=", .less: "<", .greater: ">", .assign: "=", .leftParen: "(",
      .rightParen: ")", .leftBrace: "{", .rightBrace: "}", .leftBracket: "[", .rightBracket: "]",
      .doubleColon: "::", .semicolon: ";", .colon: ":", .comma: ",", .dot: ".", .concat: "..", .dots: "...",
      .name: "a name", .string: "a string", .number: "a number", .endOfFile: "<eof>", .invalid: "<invalid>",
    ]
    for (word, kind) in words { spellings[kind] = word }
    return spellings
  }()

  /// The token as messages spell it.
  var spelling: String { Self.spellings[self] ?? "" }

  /// Whether a block ends before it; `until` only where a `repeat` is open.
  var endsBlock: Bool {
    switch self {
    case .else, .elseif, .end, .endOfFile, .until: true
    default: false
    }
  }

  /// Whether only a statement can begin with it.
  var beginsStatement: Bool {
    switch self {
    case .local, .if, .for, .while, .repeat, .return, .goto, .break, .do, .doubleColon: true
    default: false
    }
  }
}
