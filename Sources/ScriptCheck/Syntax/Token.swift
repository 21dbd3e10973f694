/// A word or sign of a script.
struct Token: Sendable {
  var kind: TokenKind
  var start: Int
  var end: Int
  /// Whether nothing but blanks and comments stands before it on its line.
  var beginsLine: Bool
  /// Where its value is kept: the index of a name, a string or a number.
  var value: Int32 = -1

  var range: SourceRange { SourceRange(start, end) }
}

/// A comment, without its dashes.
struct Comment: Sendable {
  /// With the dashes.
  var range: SourceRange
  var text: SourceRange
  /// Whether nothing but blanks stands before it on its line.
  var beginsLine: Bool
}

/// A number as a script writes it.
enum NumberLiteral: Hashable, Sendable {
  case integer(Int64)
  case float(Double)
}
