/// The lines of a session so far, so that a line number means the same line in every error and every definition.
struct Transcript {
  private(set) var lines: [String] = []

  /// Keeps a line and gives its number, counted from 1. What is no Lua is kept as an empty line.
  mutating func add(_ line: String) -> Int {
    lines.append(line)
    return lines.count
  }

  /// The input from a line to the last one, with everything before it blank: Lua then counts as the session does.
  func input(from first: Int) -> String {
    String(repeating: "\n", count: first - 1) + lines[(first - 1)...].joined(separator: "\n")
  }

  /// All lines as one text.
  var bytes: [UInt8] { Array(lines.joined(separator: "\n").utf8) }

  /// Some lines, as far as there are any.
  func text(_ range: ClosedRange<Int>) -> String? {
    guard range.lowerBound >= 1, range.upperBound <= lines.count else { return nil }
    return lines[(range.lowerBound - 1)...(range.upperBound - 1)].joined(separator: "\n")
  }
}
