/// What Tab should do with the text before the cursor: a pure function of that text and the known names.
public enum LineCompletion: Sendable, Equatable {
  /// Nothing is known that fits.
  case none
  /// Put `text` after the cursor's left neighbour.
  case insert(String)
  /// Several fit and they share nothing more: show them.
  case list([String])

  /// `text` is the line up to the cursor; `names` is everything that may be completed, members with their path
  /// (`ims.import`, `string.format`).
  public static func complete(_ text: String, names: [String]) -> LineCompletion {
    if text.allSatisfy({ $0 == " " || $0 == "\t" }) { return .insert("  ") }
    let word = lastWord(of: text)
    guard !word.isEmpty else { return .none }
    var found: Set<String> = []
    for name in names where name.hasPrefix(word) && name != word {
      // Stop at the next dot: members are offered once their table is written out.
      let rest = name.dropFirst(word.count)
      if let dot = rest.firstIndex(where: { $0 == "." || $0 == ":" }) {
        found.insert(dot == rest.startIndex ? String(name) : word + rest[...dot])
      } else {
        found.insert(name)
      }
    }
    // "ims" and "ims." are one thing to the user.
    let candidates = found.filter { !found.contains($0 + ".") }.sorted()
    guard let first = candidates.first else { return .none }
    let shared = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if shared.count > word.count { return .insert(String(shared.dropFirst(word.count))) }
    return .list(candidates)
  }

  /// The dotted name that ends at the end of the text; empty inside a string or a number.
  static func lastWord(of text: String) -> String {
    var quote: Character?
    var previous: Character = " "
    for character in text {
      if let open = quote {
        if character == open, previous != "\\" { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      }
      previous = character
    }
    if quote != nil { return "" }
    let word = String(
      text.reversed().prefix { $0 == "_" || $0 == "." || $0 == ":" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        .reversed())
    guard let first = word.first, first == "_" || first.isLetter else { return "" }
    return word
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
