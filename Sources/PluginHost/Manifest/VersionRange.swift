/// Which versions are meant, as npm and Cargo write it: `^1.2`, `~1.2.3`, `1.x`, `>=1.0 <2.0`, alternatives with `||`.
public struct VersionRange: Sendable, Hashable, CustomStringConvertible {
  private struct Bound: Sendable, Hashable {
    var from: SemanticVersion?
    /// The first version above; nil for no end.
    var below: SemanticVersion?
  }

  private let text: String
  /// One of these must hold as a whole.
  private let alternatives: [[Bound]]

  /// Reads a range; nil when it is none.
  public init?(_ text: String) {
    guard text.utf8.count <= 200 else { return nil }
    var alternatives: [[Bound]] = []
    for part in text.split(separator: "|", omittingEmptySubsequences: true) {
      let words = Self.words(part)
      guard !words.isEmpty else { return nil }
      var bounds: [Bound] = []
      for word in words {
        guard let bound = Self.bound(word) else { return nil }
        bounds.append(bound)
      }
      alternatives.append(bounds)
    }
    guard !alternatives.isEmpty else { return nil }
    self.text = text
    self.alternatives = alternatives
  }

  /// Words, each an operator with its version; white space and commas between them, white space also after the operator.
  private static func words(_ text: Substring) -> [String] {
    var words: [String] = []
    for word in text.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init) {
      if let last = words.last, !last.isEmpty, last.allSatisfy({ "<>=^~".contains($0) }) {
        words[words.count - 1] += word
      } else {
        words.append(word)
      }
    }
    return words
  }

  private static func bound(_ word: String) -> Bound? {
    let sign = String(word.prefix { "<>=^~".contains($0) })
    let rest = word.dropFirst(sign.count)
    if rest == "*" || rest == "x" { return sign.isEmpty ? Bound() : nil }
    guard let (version, parts) = partial(rest) else { return nil }
    let next = step(version, parts)
    switch sign {
    case "", "=": return parts == 3 ? Bound(from: version, below: exactEnd(version)) : Bound(from: version, below: next)
    case ">=": return Bound(from: version)
    case ">": return Bound(from: parts == 3 ? exactEnd(version) : next)
    case "<": return Bound(below: version)
    case "<=": return Bound(below: parts == 3 ? exactEnd(version) : next)
    case "~": return Bound(from: version, below: step(version, min(parts, 2)))
    case "^":
      let kept = version.major > 0 || parts == 1 ? 1 : version.minor > 0 || parts == 2 ? 2 : 3
      return Bound(from: version, below: step(version, kept))
    default: return nil
    }
  }

  /// A version of which parts may be missing or `x`, and how many there are.
  private static func partial(_ text: Substring) -> (SemanticVersion, Int)? {
    if let whole = SemanticVersion(String(text)) { return (whole, 3) }
    var numbers: [Int] = []
    var isOpen = false
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    for part in parts {
      if part == "x" || part == "*" {
        isOpen = true
      } else {
        guard !isOpen, let number = SemanticVersion.number(part) else { return nil }
        numbers.append(number)
      }
    }
    guard !numbers.isEmpty else { return nil }
    let filled = numbers + Array(repeating: 0, count: 3 - numbers.count)
    return (SemanticVersion(filled[0], filled[1], filled[2]), numbers.count)
  }

  /// The first version in which the number at that position, counted from 1, is larger.
  private static func step(_ version: SemanticVersion, _ position: Int) -> SemanticVersion {
    switch position {
    case 1: SemanticVersion(version.major + 1, 0, 0)
    case 2: SemanticVersion(version.major, version.minor + 1, 0)
    default: SemanticVersion(version.major, version.minor, version.patch + 1)
    }
  }

  /// The first version after one; the smallest prerelease identifier stands for "right after".
  private static func exactEnd(_ version: SemanticVersion) -> SemanticVersion {
    version.prerelease.isEmpty
      ? SemanticVersion(version.major, version.minor, version.patch + 1, prerelease: ["0"])
      : SemanticVersion(version.major, version.minor, version.patch, prerelease: version.prerelease + ["0"])
  }

  public func contains(_ version: SemanticVersion) -> Bool {
    alternatives.contains { bounds in
      bounds.allSatisfy { bound in
        bound.from.map { version >= $0 } ?? true && bound.below.map { version < $0 } ?? true
      }
    }
  }

  public var description: String { text }
}
