import ScriptCheck
import Workbench

/// Writes findings for people: place, message, the line with a mark under the words meant, the hint.
struct CheckText {
  let style: ScreenStyle

  func lines(_ finding: CheckFinding) -> [String] {
    let paint = style.paint
    let place = "\(DisplayText.harmless(finding.file)):\(finding.start.line):\(finding.start.column):"
    let severity = paint(finding.severity == .error ? .boldRed : .yellow, "\(finding.severity.rawValue):")
    var lines = [
      "\(paint(.bold, place)) \(severity) \(DisplayText.harmless(finding.message)) \(paint(.dim, "[\(finding.rule)]"))"
    ]
    lines += excerpt(finding)
    for related in finding.related {
      lines.append(
        "  \(related.message): \(DisplayText.harmless(related.file)):\(related.start.line):\(related.start.column)")
    }
    if let hint = finding.hint { lines.append("  \(paint(.cyan, "hint:")) \(DisplayText.harmless(hint))") }
    return lines
  }

  private func excerpt(_ finding: CheckFinding) -> [String] {
    guard finding.sourceLine.contains(where: { !$0.isWhitespace }) else { return [] }
    let scalars = Array(finding.sourceLine.unicodeScalars)
    let first = min(finding.start.column - finding.sourceColumn, scalars.count)
    let last =
      finding.end.line > finding.start.line
      ? scalars.count : min(finding.end.column - finding.sourceColumn, scalars.count)
    let before = Self.shown(scalars[..<first], from: 0)
    let marked = Self.shown(scalars[first..<max(first, last)], from: DisplayText.width(before))
    let after = Self.shown(scalars[max(first, last)...], from: DisplayText.width(before + marked))
    let (text, start, length) = window(before, marked, after)
    let number = String(finding.start.line)
    let margin = String(repeating: " ", count: number.count)
    let caret = String(repeating: " ", count: start) + style.paint(.red, String(repeating: "^", count: length))
    return [style.paint(.blue, "  \(number) | ") + text, style.paint(.blue, "  \(margin) | ") + caret]
  }

  /// Text with tabs as blanks, each up to the next multiple of 4, and nothing that a terminal would act on.
  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>, from column: Int) -> String {
    var text = ""
    for part in String(String.UnicodeScalarView(scalars)).split(separator: "\t", omittingEmptySubsequences: false)
      .enumerated()
    {
      if part.offset > 0 {
        let width = column + DisplayText.width(text)
        text += String(repeating: " ", count: 4 - width % 4)
      }
      text += DisplayText.harmless(String(part.element))
    }
    return text
  }

  /// The part of a long line that holds the mark.
  private func window(_ before: String, _ marked: String, _ after: String) -> (text: String, start: Int, length: Int) {
    let room = max(20, style.columns - 12)
    let ellipsis = style.symbols.ellipsis
    var front = before
    if DisplayText.width(before + marked + after) > room, DisplayText.width(before) > room / 2 {
      var kept = before[...]
      while DisplayText.width(String(kept)) > room / 2 { kept = kept.dropFirst(max(1, kept.count / 16)) }
      front = ellipsis + kept
    }
    let text = DisplayText.truncated(front + marked + after, to: room, ellipsis: ellipsis)
    let start = DisplayText.width(front)
    return (text, start, max(1, min(DisplayText.width(marked), room - start)))
  }
}
