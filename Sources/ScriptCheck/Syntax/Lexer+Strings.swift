extension Lexer {
  /// The number of "=" in a long bracket that opens here; nil when none does.
  func longBracketLevel() -> Int? {
    var level = 0
    while peek(1 + level) == 0x3D { level += 1 }
    return peek(1 + level) == 0x5B ? level : nil
  }

  /// Reads to the bracket that closes; the range is that of the content.
  mutating func longString(_ level: Int, what: String, from start: Int) -> SourceRange {
    index += level + 2
    if peek() == 13 || peek() == 10 {
      let first = peek()
      index += 1
      if peek() == 10 || peek() == 13, peek() != first { index += 1 }
    }
    let content = index
    while index < bytes.count {
      if bytes[index] == 0x5D {
        var found = 0
        while found < level, peek(1 + found) == 0x3D { found += 1 }
        if found == level, peek(1 + level) == 0x5D {
          let end = index
          index += level + 2
          return SourceRange(content, end)
        }
      }
      index += 1
    }
    let closing = "]" + String(repeating: "=", count: level) + "]"
    problem(
      "unfinished long \(what): '\(closing)' is missing", SourceRange(start, min(start + level + 2, bytes.count)),
      hint: "it begins here and goes on to the end of the file")
    return SourceRange(min(content, index), index)
  }

  /// Every kind of line end counts as "\n".
  static func withPlainLineEnds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(13) else { return Array(bytes) }
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == 10 || byte == 13 {
        if index < bytes.endIndex, bytes[index] == 10 || bytes[index] == 13, bytes[index] != byte { index += 1 }
        result.append(10)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  mutating func quoted(_ start: Int) {
    let quote = bytes[index]
    var content: [UInt8] = []
    index += 1
    while true {
      guard index < bytes.count, bytes[index] != 10, bytes[index] != 13 else {
        problem(
          "unfinished string: the closing \(quote == 0x22 ? "\"" : "'") is missing", SourceRange(start, index),
          hint: "a string ends on its line; \\n is a line break, [[…]] holds several lines")
        break
      }
      let byte = bytes[index]
      if byte == quote {
        index += 1
        break
      }
      if byte == 0x5C {
        escape(&content)
      } else {
        content.append(byte)
        index += 1
      }
    }
    strings.append(content)
    add(.string, from: start, value: strings.count - 1)
  }

  private mutating func escape(_ content: inout [UInt8]) {
    let start = index
    index += 1
    let byte = peek()
    if let plain = Self.escapes[byte] {
      content.append(plain)
      index += 1
      return
    }
    switch byte {
    case 10, 13:
      index += 1
      if peek() == 10 || peek() == 13, peek() != byte { index += 1 }
      content.append(10)
    case 0x78: hexEscape(start, &content)
    case 0x75: unicodeEscape(start, &content)
    case 0x7A:
      index += 1
      while [32, 9, 10, 11, 12, 13].contains(peek()) { index += 1 }
    case 0x30...0x39:
      var value = 0
      var digits = 0
      while digits < 3, peek() >= 0x30, peek() <= 0x39 {
        value = value * 10 + peek() - 0x30
        index += 1
        digits += 1
      }
      if value > 255 {
        problem("decimal escape too large: \(value)", SourceRange(start, index), hint: "a byte is at most \\255")
      }
      content.append(UInt8(truncatingIfNeeded: value))
    case -1: break  // The end of the file: the string is unfinished, which is told there.
    default:
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      let text = String(decoding: bytes[start..<index], as: UTF8.self)
      problem(
        "invalid escape sequence '\(Self.shown(text))'", SourceRange(start, index), hint: "a backslash itself is \\\\")
    }
  }

  private static let escapes: [Int: UInt8] = [
    0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11, 0x5C: 0x5C, 0x22: 0x22, 0x27: 0x27,
  ]

  private mutating func hexEscape(_ start: Int, _ content: inout [UInt8]) {
    index += 1
    var value = 0
    for _ in 0..<2 {
      guard let digit = Self.hexDigit(peek()) else {
        return problem("hexadecimal digit expected after \\x", SourceRange(start, index), hint: "two, as in \\x7F")
      }
      value = value * 16 + digit
      index += 1
    }
    content.append(UInt8(value))
  }

  private mutating func unicodeEscape(_ start: Int, _ content: inout [UInt8]) {
    index += 1
    guard peek() == 0x7B else {
      return problem("missing '{' in \\u{…}", SourceRange(start, index), hint: "as in \\u{20AC}")
    }
    index += 1
    guard Self.hexDigit(peek()) != nil else {
      return problem("hexadecimal digit expected in \\u{…}", SourceRange(start, index), hint: "as in \\u{20AC}")
    }
    var value = 0
    while let digit = Self.hexDigit(peek()) {
      if value <= 0x7FFF_FFFF { value = value * 16 + digit }
      index += 1
    }
    guard value <= 0x7FFF_FFFF else { return problem("UTF-8 value too large", SourceRange(start, index)) }
    guard peek() == 0x7D else { return problem("missing '}' in \\u{…}", SourceRange(start, index)) }
    index += 1
    content += Self.encoded(value)
  }

  /// UTF-8 as Lua extends it, up to 31 bits.
  private static func encoded(_ value: Int) -> [UInt8] {
    if value < 0x80 { return [UInt8(value)] }
    var rest = value
    var most = 0x3F
    var tail: [UInt8] = []
    repeat {
      tail.append(UInt8(0x80 | (rest & 0x3F)))
      rest >>= 6
      most >>= 1
    } while rest > most
    tail.append(UInt8((~most << 1 | rest) & 0xFF))
    return tail.reversed()
  }
}
