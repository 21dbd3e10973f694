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
    let wanted = Array(folded(text).unicodeScalars)
    guard !wanted.isEmpty else { return [] }
    let allowed = max(1, wanted.count / 4)
    let scored = known.enumerated().compactMap { index, candidate -> (distance: Int, index: Int, text: String)? in
      let other = Array(folded(candidate).unicodeScalars)
      guard abs(other.count - wanted.count) <= allowed else { return nil }
      let distance = editDistance(wanted, other)
      return distance <= allowed ? (distance, index, candidate) : nil
    }
    return scored.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(limit).map(\.text)
  }

  /// Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other.
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 1...a.count {
      var row = [Int](repeating: i, count: b.count + 1)
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          row[j] = min(row[j], beforePrevious[j - 2] + 1)
        }
      }
      (beforePrevious, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
