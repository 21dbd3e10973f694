/// What Tab should do with the text before the cursor.
public enum LineCompletion: Sendable, Equatable {
  /// Nothing is known that fits.
  case none
  /// Put `text` after the cursor's left neighbour.
  case insert(String)
  /// Put `text` in place of so many characters before the cursor.
  case replace(Int, String)
  /// Several fit and they share nothing more: show them.
  case list([String])

  /// Completes a dotted name; `names` holds members with their path (`ims.import`, `string.format`).
  static func choose(_ names: [String], for word: String) -> LineCompletion {
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
    return choose(among: found.filter { !found.contains($0 + ".") }.sorted(), for: word)
  }

  /// Completes a value; where only the case of letters differs, what is typed is replaced. `inQuotes` leaves out what would have to
  /// be escaped.
  static func choose(values: [String], for text: String, inQuotes: Bool = false) -> LineCompletion {
    var seen: Set<String> = []
    let fit = values.filter { value in
      // What came from elsewhere must not move the cursor.
      value != text && DisplayText.harmless(value) == value && seen.insert(value).inserted
        && !(inQuotes && value.contains { "\"'\\".contains($0) })
    }
    let exact = fit.filter { $0.hasPrefix(text) }
    if !exact.isEmpty { return choose(among: exact, for: text) }
    let alike = fit.filter { $0.lowercased().hasPrefix(text.lowercased()) }
    guard let first = alike.first else { return .none }
    let shared = alike.dropFirst().reduce(first) { $0.shared(with: $1) }
    return shared.count >= text.count && shared != text ? .replace(text.count, shared) : .list(alike)
  }

  private static func choose(among candidates: [String], for word: String) -> LineCompletion {
    guard let first = candidates.first else { return .none }
    let shared = candidates.dropFirst().reduce(first) { $0.shared(with: $1) }
    return shared.count > word.count ? .insert(String(shared.dropFirst(word.count))) : .list(candidates)
  }
}

extension String {
  fileprivate func shared(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
