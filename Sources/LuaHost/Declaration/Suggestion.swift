/// "Did you mean": the nearest of some known names.
public enum Suggestion {
  /// The nearest candidate, if it is near enough to be a slip of the fingers.
  public static func nearest(to name: String, in candidates: [String]) -> String? {
    let limit = name.count <= 3 ? 1 : name.count <= 6 ? 2 : 3
    let lowered = Array(name.lowercased())
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(lowered, Array(candidate.lowercased()))
      let isPart = name.count >= 3 && candidate.lowercased().hasPrefix(name.lowercased())
      guard distance <= limit || isPart else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  /// " (did you mean 'x'?)", or an empty text.
  public static func hint(for name: String, in candidates: [String]) -> String {
    nearest(to: name, in: candidates).map { " (did you mean '\($0)'?)" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours.
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var older = [Int](repeating: 0, count: b.count + 1)
    var old = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], older[j - 2] + 1) }
      }
      older = old
      old = row
    }
    return old[b.count]
  }
}
