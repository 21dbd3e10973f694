import CloudAccess

/// "Did you mean": the nearest of a list of known texts.
enum Suggestion {
  /// Bytes of the longest text anything is suggested for; nobody misspells more.
  static let longest = 256

  /// The text without case, spaces and the separators people mix up.
  static func folded(_ text: String) -> String {
    text.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" }
  }

  /// The known texts nearest to a given one, best first and so many at most, none that is too far off to be meant.
  static func nearest(to text: String, in known: [String], limit: Int = 1) -> [String] {
    guard text.utf8.count <= longest else { return [] }
    let wanted = folded(text)
    let length = wanted.unicodeScalars.count
    guard length > 0 else { return [] }
    let allowed = max(1, length / 4)
    let scored = known.enumerated().compactMap { index, candidate -> (distance: Int, index: Int, text: String)? in
      let other = folded(candidate)
      guard abs(other.unicodeScalars.count - length) <= allowed else { return nil }
      let distance = Spelling.edits(wanted, other)
      return distance <= allowed ? (distance, index, candidate) : nil
    }
    return scored.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(limit).map(\.text)
  }
}
