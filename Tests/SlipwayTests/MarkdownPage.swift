import Foundation

/// A page of Markdown as far as links are concerned: where it leads, and where one can lead in it.
struct MarkdownPage {
  struct Link: Hashable {
    var line: Int
    /// As it is written.
    var target: String
  }

  private(set) var links: [Link] = []
  /// The anchors that GitHub makes of the headings; a repeated one gets a number.
  private(set) var anchors: Set<String> = []
  private var seen: [String: Int] = [:]

  init(_ text: String) {
    var lines: [Substring] = []
    var fence: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      if let open = fence {
        if content.hasPrefix(open), content.allSatisfy({ $0 == open.first }) { fence = nil }
        lines.append("")
      } else if content.hasPrefix("```") || content.hasPrefix("~~~") {
        fence = content.prefix { $0 == content.first }
        lines.append("")
      } else {
        if line.hasPrefix("#") { addHeading(line) }
        lines.append(line)
      }
    }
    read(Self.withoutCode(lines.joined(separator: "\n")))
  }

  private mutating func addHeading(_ line: Substring) {
    let mark = line.prefix { $0 == "#" }
    guard mark.count <= 6, line[mark.endIndex...].hasPrefix(" ") else { return }
    var title = String(line[mark.endIndex...]).trimmingCharacters(in: .whitespaces)
    // Of a link the text counts.
    while let middle = title.range(of: "]("), let end = title[middle.upperBound...].firstIndex(of: ")") {
      title.removeSubrange(middle.lowerBound...end)
    }
    let slug = String(
      title.lowercased().compactMap { character -> Character? in
        if character == " " { return "-" }
        return character.isLetter || character.isNumber || character == "-" || character == "_" ? character : nil
      })
    let number = seen[slug, default: 0]
    seen[slug] = number + 1
    anchors.insert(number == 0 ? slug : "\(slug)-\(number)")
  }

  /// `[text](target "title")` with line breaks anywhere, `[name]: target`, and the attributes of HTML.
  private mutating func read(_ prose: String) {
    for (index, line) in prose.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var rest = line[...]
      while let middle = rest.range(of: "](") {
        rest = rest[middle.upperBound...]
        add(rest.prefix { $0 != ")" }, line: index + 1)
      }
      if line.drop(while: { $0 == " " }).hasPrefix("["), let middle = line.range(of: "]:") {
        add(line[middle.upperBound...], line: index + 1)
      }
      guard line.contains("<") else { continue }
      for name in ["href", "src", "id", "name"] {
        guard let start = line.range(of: " \(name)=\"") else { continue }
        let value = line[start.upperBound...].prefix { $0 != "\"" }
        if name == "id" || name == "name" { anchors.insert(String(value)) } else { add(value, line: index + 1) }
      }
    }
  }

  /// The target is the first word of what stands there.
  private mutating func add(_ text: Substring, line: Int) {
    let word = text.split(separator: " ").first ?? ""
    links.append(Link(line: line, target: String(word.drop { $0 == "<" }.prefix { $0 != ">" })))
  }

  /// What stands in code is no link; line breaks stay, for the numbers of the lines.
  private static func withoutCode(_ prose: String) -> String {
    var out = ""
    var rest = prose[...]
    while let start = rest.firstIndex(of: "`") {
      out += rest[..<start]
      let mark = rest[start...].prefix { $0 == "`" }
      let body = rest[mark.endIndex...]
      var end: Range<Substring.Index>?
      var place = body.startIndex
      while end == nil, let next = body[place...].firstIndex(of: "`") {
        let run = body[next...].prefix { $0 == "`" }
        if run.count == mark.count { end = next..<run.endIndex }
        place = run.endIndex
      }
      if let end {
        out += String(body[..<end.lowerBound].map { $0 == "\n" ? "\n" : "x" })
        rest = body[end.upperBound...]
      } else {
        out += mark
        rest = body
      }
    }
    return out + rest
  }
}
