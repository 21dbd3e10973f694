/// Cuts a script into tokens, as Lua 5.4 does, and goes on after what is none.
struct Lexer {
  let bytes: [UInt8]
  var index = 0
  var tokens: [Token] = []
  var comments: [Comment] = []
  var names: [String] = []
  var strings: [[UInt8]] = []
  var numbers: [NumberLiteral] = []
  var problems: [SyntaxProblem] = []
  private var nameIndex: [String: Int32] = [:]
  private var lineBegins = true

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    tokens.reserveCapacity(bytes.count / 4)
  }

  /// The byte so far ahead; -1 behind the end.
  func peek(_ ahead: Int = 0) -> Int {
    let place = index + ahead
    return place < bytes.count ? Int(bytes[place]) : -1
  }

  mutating func run() {
    skipPreamble()
    while true {
      skipBlanks()
      guard index < bytes.count else { break }
      scan()
    }
    tokens.append(Token(kind: .endOfFile, start: bytes.count, end: bytes.count, beginsLine: true))
  }

  /// A byte order mark and a first line that begins with "#" belong to no program.
  private mutating func skipPreamble() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    if peek() == 0x23 { while index < bytes.count, bytes[index] != 10 { index += 1 } }
  }

  private mutating func skipBlanks() {
    while index < bytes.count {
      switch bytes[index] {
      case 10, 13:
        lineBegins = true
        index += 1
      case 32, 9, 11, 12: index += 1
      case 0x2D where peek(1) == 0x2D: comment()
      default: return
      }
    }
  }

  private mutating func comment() {
    let start = index
    let began = lineBegins
    index += 2
    if peek() == 0x5B, let level = longBracketLevel() {
      let content = longString(level, what: "comment", from: start)
      comments.append(Comment(range: SourceRange(start, index), text: content, beginsLine: began))
      return
    }
    while index < bytes.count, bytes[index] != 10, bytes[index] != 13 { index += 1 }
    comments.append(
      Comment(range: SourceRange(start, index), text: SourceRange(start + 2, index), beginsLine: began))
  }

  mutating func add(_ kind: TokenKind, from start: Int, value: Int = -1) {
    tokens.append(
      Token(kind: kind, start: start, end: index, beginsLine: lineBegins, value: Int32(truncatingIfNeeded: value)))
    lineBegins = false
  }

  mutating func problem(_ message: String, _ range: SourceRange, hint: String? = nil) {
    // So many show that the file is something else.
    guard problems.count < 50 else { return }
    problems.append(SyntaxProblem(message: message, range: range, hint: hint))
  }

  // MARK: Tokens

  private mutating func scan() {
    let start = index
    let byte = bytes[index]
    if Self.isLetter(byte) { return word(start) }
    if Self.isDigit(byte) { return number(start) }
    switch byte {
    case 0x22, 0x27: return quoted(start)
    case 0x2E:
      if peek(1) == 0x2E { return sign(peek(2) == 0x2E ? 3 : 2, peek(2) == 0x2E ? .dots : .concat) }
      if peek(1) >= 0, Self.isDigit(UInt8(peek(1))) { return number(start) }
      return sign(1, .dot)
    case 0x5B:
      if let level = longBracketLevel() {
        let content = longString(level, what: "string", from: start)
        strings.append(Self.withPlainLineEnds(bytes[content.start..<content.end]))
        return add(.string, from: start, value: strings.count - 1)
      }
      if peek(1) == 0x3D {
        while peek(1) == 0x3D { index += 1 }
        index += 1
        problem(
          "invalid long string delimiter", SourceRange(start, index),
          hint: "a long string begins with [[ or [=[")
        return add(.invalid, from: start)
      }
      return sign(1, .leftBracket)
    case 0x3D: return pair(0x3D, .equal, .assign)
    case 0x7E: return pair(0x3D, .notEqual, .tilde)
    case 0x3A: return pair(0x3A, .doubleColon, .colon)
    case 0x2F: return pair(0x2F, .doubleSlash, .slash)
    case 0x3C: return peek(1) == 0x3C ? sign(2, .shiftLeft) : pair(0x3D, .lessEqual, .less)
    case 0x3E: return peek(1) == 0x3E ? sign(2, .shiftRight) : pair(0x3D, .greaterEqual, .greater)
    default: break
    }
    if let kind = Self.signs[byte] { return sign(1, kind) }
    strange(start)
  }

  private static let signs: [UInt8: TokenKind] = [
    0x2B: .plus, 0x2D: .minus, 0x2A: .star, 0x25: .percent, 0x5E: .caret, 0x23: .hash, 0x26: .ampersand,
    0x7C: .pipe, 0x28: .leftParen, 0x29: .rightParen, 0x7B: .leftBrace, 0x7D: .rightBrace, 0x5D: .rightBracket,
    0x3B: .semicolon, 0x2C: .comma,
  ]

  private mutating func sign(_ length: Int, _ kind: TokenKind) {
    let start = index
    index += length
    add(kind, from: start)
  }

  private mutating func pair(_ second: Int, _ both: TokenKind, _ single: TokenKind) {
    sign(peek(1) == second ? 2 : 1, peek(1) == second ? both : single)
  }

  private mutating func word(_ start: Int) {
    while index < bytes.count, Self.isLetter(bytes[index]) || Self.isDigit(bytes[index]) { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if let kind = TokenKind.words[text] { return add(kind, from: start) }
    var number = nameIndex[text]
    if number == nil {
      number = Int32(truncatingIfNeeded: names.count)
      nameIndex[text] = number
      names.append(text)
    }
    add(.name, from: start, value: Int(number ?? 0))
  }

  /// A character that begins nothing: told once, with what other languages mean by it.
  private mutating func strange(_ start: Int) {
    let byte = bytes[index]
    if byte == 0x21, peek(1) == 0x3D {
      index += 2
      problem("unexpected symbol near '!='", SourceRange(start, index), hint: "Lua writes 'not equal' as ~=")
      return add(.notEqual, from: start)
    }
    index += 1
    while index < bytes.count, byte >= 0xC0, bytes[index] & 0xC0 == 0x80 { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    let hint: String? =
      switch text {
      case "!": "Lua writes 'not'"
      case "“", "”", "„", "‘", "’": "strings stand in \" or '"
      case "\u{A0}": "this is a no-break space; write a common one"
      case "\u{FEFF}": "this is a byte order mark in the middle of the text; delete it"
      case "–", "—", "−": "this is a long dash; write -"
      case "\\": "a backslash has a meaning inside strings only"
      case "?": "Lua has no '?:'; write 'condition and a or b'"
      default: byte >= 0x80 ? "names are made of the letters a to z, digits and _" : nil
      }
    problem("unexpected symbol near '\(Self.shown(text))'", SourceRange(start, index), hint: hint)
    add(.invalid, from: start)
  }

  /// Text as a message can show it: what is invisible by its number.
  static func shown(_ text: String) -> String {
    String(
      text.unicodeScalars.map { scalar -> String in
        scalar.value < 32 || (0x7F..<0xA1).contains(scalar.value) || scalar.value == 0xFEFF
          ? "<\\\(scalar.value)>" : String(scalar)
      }.joined())
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func hexDigit(_ byte: Int) -> Int? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
