import ImageImport

extension ErrorReport {
  /// The report as text that ends with a newline.
  public func text(_ style: ScreenStyle) -> String {
    lines(style).map { $0 + "\n" }.joined()
  }

  /// The report line by line: the message, the place with its source, the findings, ids, the hint, the calls.
  public func lines(_ style: ScreenStyle) -> [String] {
    let paint = style.paint
    let label = kind.map { "error (\($0)):" } ?? "error:"
    let head = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var result = [paint(.boldRed, label) + " " + paint(.bold, head.first ?? "")]
    result += head.dropFirst().map { "  " + $0 }
    if let location { result += excerpt(location, style) }
    for item in items {
      let (symbol, color): (String, Paint.Style) =
        item.severity == .error ? (style.symbols.failed, .red) : (style.symbols.warning, .yellow)
      result.append("  " + paint(color, symbol) + " " + item.text)
      if let hint = item.hint { result.append("      " + paint(.cyan, "hint:") + " " + hint) }
    }
    if !facts.isEmpty { result.append("  " + paint(.dim, facts.joined(separator: ", "))) }
    if let hint {
      let lines = hint.split(separator: "\n").map(String.init)
      result.append("  " + paint(.cyan, "hint:") + " " + (lines.first ?? ""))
      result += lines.dropFirst().map { "        " + $0 }
    }
    if !related.isEmpty {
      result.append("  also failed, awaited by nobody:")
      result += related.map { "    " + $0 }
    }
    if !traceback.isEmpty {
      result.append("  " + paint(.dim, "calls, innermost first:"))
      result += traceback.map { "    " + paint(.dim, $0) }
    }
    return result
  }

  private func excerpt(_ location: Location, _ style: ScreenStyle) -> [String] {
    let paint = style.paint
    let number = String(location.line)
    let margin = String(repeating: " ", count: number.count)
    var result = [margin + paint(.blue, "--> ") + "\(location.source):\(number)"]
    guard let text = location.text, text.contains(where: { $0 != " " }) else { return result }
    let (shown, start, length) = Self.window(text, marked: Self.mark(in: text, for: message), style: style)
    let caret = String(repeating: " ", count: start) + paint(.red, String(repeating: "^", count: length))
    result.append(paint(.blue, number + " | ") + shown)
    result.append(paint(.blue, margin + " | ") + caret)
    return result
  }

  /// What the message is about, as a range of the line: Lua gives no column, but often quotes the name or the token.
  private static func mark(in text: String, for message: String) -> Range<String.Index> {
    var names: [Substring] = []
    var rest = message[...]
    while let open = rest.firstIndex(of: "'") {
      let after = rest.index(after: open)
      guard let close = rest[after...].firstIndex(of: "'") else { break }
      names.append(rest[after..<close])
      rest = rest[rest.index(after: close)...]
    }
    for name in names.reversed() where !name.isEmpty {
      for range in text.ranges(of: name) where isWord(range, in: text) { return range }
    }
    let first = text.firstIndex { $0 != " " } ?? text.startIndex
    let last = text.lastIndex { $0 != " " } ?? first
    return first..<text.index(after: last)
  }

  private static func isWord(_ range: Range<String.Index>, in text: String) -> Bool {
    func isPart(_ character: Character) -> Bool { character == "_" || character.isLetter || character.isNumber }
    let whole = text[range]
    guard let first = whole.first, let last = whole.last else { return false }
    if isPart(first), range.lowerBound > text.startIndex, isPart(text[text.index(before: range.lowerBound)]) {
      return false
    }
    return !(isPart(last) && range.upperBound < text.endIndex && isPart(text[range.upperBound]))
  }

  /// The part of a long line that holds the mark, with the mark's place and length in columns.
  private static func window(
    _ text: String, marked: Range<String.Index>, style: ScreenStyle
  ) -> (shown: String, start: Int, length: Int) {
    let room = max(20, style.columns - 12)
    var before = String(text[..<marked.lowerBound])
    let ellipsis = style.symbols.ellipsis
    if DisplayText.width(text) > room, DisplayText.width(before) > room / 2 {
      var kept = before[...]
      while DisplayText.width(String(kept)) > room / 2 { kept = kept.dropFirst(max(1, kept.count / 16)) }
      before = ellipsis + kept
    }
    let shown = DisplayText.truncated(before + text[marked.lowerBound...], to: room, ellipsis: ellipsis)
    let start = DisplayText.width(before)
    let length = max(1, min(DisplayText.width(String(text[marked])), room - start))
    return (shown, start, length)
  }
}
