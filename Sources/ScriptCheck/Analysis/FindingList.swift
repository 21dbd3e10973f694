/// Collects what is found in one file.
final class FindingList {
  let source: SourceText
  private let isWanted: (CheckRule) -> Bool
  private(set) var findings: [CheckFinding] = []
  private var seen: Set<Key> = []
  /// The line that was shown last; many findings can stand on one.
  private var shown = (line: 0, text: "")

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
    if shown.line != start.line { shown = (start.line, source.lineText(start.line)) }
    findings.append(
      CheckFinding(
        file: source.name, rule: rule.id, severity: severity ?? rule.severity, message: message, hint: hint,
        start: start, end: source.position(max(range.end, range.start)),
        related: related.map {
          CheckFinding.Related(message: $0.0, file: source.name, start: source.position($0.1.start))
        }, sourceLine: shown.text))
  }

  /// Whether an error was found that begins there.
  func hasError(within range: SourceRange) -> Bool {
    findings.contains { $0.severity == .error && $0.start.offset >= range.start && $0.start.offset < range.end }
  }
}
