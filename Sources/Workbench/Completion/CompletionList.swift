/// How the choices of Tab are shown below the line: in columns that fit the window, and no more than can be looked over.
enum CompletionList {
  /// More rows would push what the user was reading off the screen.
  static let rowLimit = 20

  static func lines(_ choices: [String], columns: Int) -> [String] {
    let width = min(choices.map { DisplayText.width($0) }.max() ?? 0, columns - 1)
    let perRow = max(1, (columns + 1) / (width + 2))
    let shown = choices.prefix(rowLimit * perRow)
    let rows = (shown.count + perRow - 1) / perRow
    // Down the columns, as ls does.
    var lines = (0..<rows).map { row in
      let cells = stride(from: row, to: shown.count, by: rows).map { shown[$0] }
      let texts = cells.enumerated().map { index, cell in
        let text = DisplayText.truncated(cell, to: width)
        return index == cells.count - 1 ? text : DisplayText.padded(text, to: width)
      }
      return texts.joined(separator: "  ")
    }
    if shown.count < choices.count { lines.append("... and \(choices.count - shown.count) more") }
    return lines
  }
}
