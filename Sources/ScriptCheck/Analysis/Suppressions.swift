/// What comments of a script switch off: `-- slipway: ignore`, `-- slipway: ignore unused-local, shadowing`,
/// `-- slipway: ignore-file …`.
struct Suppressions {
  /// By line; no rules means all.
  private var lines: [Int: [Set<String>]] = [:]
  private var file: [Set<String>] = []
  /// Words that are no rule, with their places.
  private(set) var unknown: [(word: String, range: SourceRange)] = []

  init(_ tree: SyntaxTree) {
    for comment in tree.comments {
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
        lines[Self.nextLine(after: comment, in: tree), default: []].append(rules)
      }
    }
  }

  /// The next line with anything else than comments on it.
  private static func nextLine(after comment: Comment, in tree: SyntaxTree) -> Int {
    var place = comment.range.end
    let bytes = tree.source.bytes
    var index = tree.comments.firstIndex { $0.range == comment.range } ?? 0
    while place < bytes.count {
      if [32, 9, 10, 13, 11, 12].contains(bytes[place]) {
        place += 1
      } else if index + 1 < tree.comments.count, tree.comments[index + 1].range.start == place {
        index += 1
        place = tree.comments[index].range.end
      } else {
        break
      }
    }
    return tree.source.line(min(place, max(bytes.count - 1, 0)))
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
