/// What comments of a script switch off: `-- slipway: ignore`, `-- slipway: ignore unused-local, shadowing`,
/// `-- slipway: ignore-file …`.
struct Suppressions {
  /// By line; no rules means all.
  private var lines: [Int: [Set<String>]] = [:]
  private var file: [Set<String>] = []
  /// Words that are no rule, with their places.
  private(set) var unknown: [(word: String, range: SourceRange)] = []

  init(_ tree: SyntaxTree) {
    // From the last to the first, since what follows a row of comments follows each of them.
    var following: (start: Int, line: Int)?
    for comment in tree.comments.reversed() {
      let next = Self.nextLine(after: comment, following, in: tree.source)
      following = (comment.range.start, next)
      guard let command = Self.command(tree.source.text(comment.text)) else { continue }
      var rules: Set<String> = []
      for word in command.rules {
        if CheckRule.named(word) == nil { unknown.append((word, comment.range)) }
        rules.insert(word)
      }
      if command.isForFile {
        file.append(rules)
        continue
      }
      let line = tree.source.line(comment.range.start)
      lines[line, default: []].append(rules)
      if comment.beginsLine {
        lines[next, default: []].append(rules)
      }
    }
  }

  /// The next line with anything else than comments on it; `following` is the next comment, with the line behind it.
  private static func nextLine(
    after comment: Comment, _ following: (start: Int, line: Int)?, in source: SourceText
  ) -> Int {
    let bytes = source.bytes
    var place = comment.range.end
    while place < bytes.count, [32, 9, 10, 13, 11, 12].contains(bytes[place]) { place += 1 }
    if let following, following.start == place { return following.line }
    return source.line(min(place, max(bytes.count - 1, 0)))
  }

  private static func command(_ text: String) -> (rules: [String], isForFile: Bool)? {
    var text = text.trimmed[...]
    guard text.hasPrefix("slipway:") else { return nil }
    text = text.dropFirst("slipway:".count).drop { $0 == " " || $0 == "\t" }
    let words = text.split { $0 == " " || $0 == "," || $0 == "\t" }.map(String.init)
    guard let first = words.first, first == "ignore" || first == "ignore-file" else { return nil }
    // Behind a dash of its own stands a reason.
    let rules = words.dropFirst().prefix { !["-", "--", "—", "–"].contains($0) }
    return (Array(rules), first == "ignore-file")
  }

  func covers(_ finding: CheckFinding) -> Bool {
    // What does not compile cannot be wished away.
    if finding.rule == "syntax-error" || finding.rule == "encoding" { return false }
    let those = file + (lines[finding.start.line] ?? [])
    return those.contains { $0.isEmpty || $0.contains(finding.rule) }
  }
}
