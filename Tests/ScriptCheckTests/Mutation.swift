@testable import ScriptCheck

/// Makes scripts that are nearly right.
enum Mutation {
  private static let words = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while", "x", "1", "0x1p4", "\"s\"", "[[l]]", "+", "-",
    "*", "/", "//", "%", "^", "#", "&", "~", "|", "<<", ">>", "==", "~=", "<=", ">=", "<", ">", "=", "(", ")", "{",
    "}", "[", "]", "::", ";", ":", ",", ".", "..", "...", "::a::", "goto a", "<const>", "<close>", "--", "--[[", "\\",
    "'", "\"", "$", "\n", "\r\n", "ü", "\u{0}", "3e", "0x", "_ENV",
  ].map { Array($0.utf8) }

  /// One to four changes of a script: tokens taken out, doubled, swapped, replaced; bytes changed; parts of another put in.
  static func mutate(
    _ bytes: [UInt8], others: [[UInt8]], using random: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      var lexer = Lexer(bytes)
      lexer.run()
      let tokens = lexer.tokens.filter { $0.end > $0.start }
      guard let token = tokens.randomElement(using: &random), let other = tokens.randomElement(using: &random),
        let word = words.randomElement(using: &random)
      else { return word(using: &random) }
      switch Int.random(in: 0..<9, using: &random) {
      case 0: bytes.removeSubrange(token.start..<token.end)
      case 1: bytes.insert(contentsOf: [32] + bytes[token.start..<token.end] + [32], at: token.start)
      case 2: bytes.replaceSubrange(token.start..<token.end, with: Array(bytes[other.start..<other.end]))
      case 3: bytes.replaceSubrange(token.start..<token.end, with: [32] + word + [32])
      case 4: bytes.insert(contentsOf: [32] + word + [32], at: token.start)
      case 5: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      case 6: bytes.removeSubrange(token.start...)
      case 7: bytes.removeSubrange(min(token.start, other.start)..<max(token.end, other.end))
      default:
        guard let source = others.randomElement(using: &random), source.count > 2 else { continue }
        let start = Int.random(in: 0..<source.count, using: &random)
        let end = min(source.count, start + Int.random(in: 0...200, using: &random))
        bytes.insert(contentsOf: source[start..<end], at: token.start)
      }
    }
    return bytes
  }

  private static func word(using random: inout some RandomNumberGenerator) -> [UInt8] {
    words.randomElement(using: &random) ?? []
  }
}
