/// Collects what is found in one file.
final class FindingList {
  let source: SourceText
  private let isWanted: (CheckRule) -> Bool
  private(set) var findings: [CheckFinding] = []
  private var seen: Set<Key> = []
  /// The line that was shown last; many findings can stand on one.
  private var shown = (line: 0, text: "")
  /// Where errors begin, ascending.
  private var errors: [Int] = []

  /// In bytes; a longer line is cut.
  private static let longestLine = 2048

  private struct Key: Hashable {
    let rule: String
    let range: SourceRange
    let message: String
  }

  init(_ source: SourceText, isWanted: @escaping (CheckRule) -> Bool) {
    self.source = source
    self.isWanted = isWanted
  }

  /// Adds a finding, unless its rule is switched off or it was found before.
  func add(
    _ rule: String, _ range: SourceRange, _ message: String, hint: String? = nil,
    related: [(String, SourceRange)] = [], severity: CheckSeverity? = nil
  ) {
    guard let rule = CheckRule.named(rule), isWanted(rule) else { return }
    guard seen.insert(Key(rule: rule.id, range: range, message: message)).inserted else { return }
    let start = source.position(range.start)
    let excerpt = excerpt(start)
    let severity = severity ?? rule.severity
    if severity == .error { errors.insert(start.offset, at: firstError(from: start.offset)) }
    findings.append(
      CheckFinding(
        file: source.name, rule: rule.id, severity: severity, message: message, hint: hint,
        start: start, end: source.position(max(range.end, range.start)),
        related: related.map {
          CheckFinding.Related(message: $0.0, file: source.name, start: source.position($0.1.start))
        }, sourceLine: excerpt.text, sourceColumn: excerpt.column))
  }

  /// Whether an error was found that begins there.
  func hasError(within range: SourceRange) -> Bool {
    let index = firstError(from: range.start)
    return index < errors.count && errors[index] < range.end
  }

  /// The index of the first error that begins there or behind.
  private func firstError(from offset: Int) -> Int {
    var (low, high) = (0, errors.count)
    while low < high {
      let middle = (low + high) / 2
      if errors[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The line of a place, or what stands around the place: a script may be one line of megabytes, with a thousand findings on it.
  private func excerpt(_ place: SourcePosition) -> (text: String, column: Int) {
    let line = source.lineRange(place.line)
    guard line.end - line.start > Self.longestLine else {
      if shown.line != place.line { shown = (place.line, source.text(line)) }
      return (shown.text, 1)
    }
    let start = source.characterStart(max(line.start, place.offset - Self.longestLine / 2))
    let end = source.characterStart(min(line.end, start + Self.longestLine))
    return (source.text(SourceRange(start, end)), source.position(start).column)
  }
}
