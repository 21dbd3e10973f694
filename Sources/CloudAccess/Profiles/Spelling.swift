/// Finds the name that was probably meant.
public enum Spelling {
  /// The nearest of the names by edits, if it is near enough to be worth proposing.
  public static func nearest(to text: String, in names: [String]) -> String? {
    let limit = max(1, min(3, text.count / 3))
    let ranked = names.map { (name: $0, edits: edits(text.lowercased(), $0.lowercased())) }
    return ranked.filter { $0.edits <= limit }.min { ($0.edits, $0.name) < ($1.edits, $1.name) }?.name
  }

  /// The least number of insertions, deletions, replacements and swaps of neighbours that make one text the other.
  public static func edits(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars.prefix(128))
    let right = Array(right.unicodeScalars.prefix(128))
    var before: [Int] = []
    var above = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        var best = min(
          above[column + 1] + 1, current[column] + 1, above[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, before[column - 1] + 1)
        }
        current.append(best)
      }
      before = above
      above = current
    }
    return above[right.count]
  }
}
