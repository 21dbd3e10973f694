/// A small terminal: enough of one to see what a user would see after Slipway's own escape sequences and libedit's.
struct Screen {
  private(set) var cells: [[Character]] = [[]]
  private(set) var row = 0
  private(set) var column = 0
  let columns: Int
  /// How often everything was cleared at once, which makes a terminal keep a copy in its history.
  private(set) var fullClears = 0
  private var pending: [Unicode.Scalar] = []
  /// A full row's last cell is written; the next character starts a new one.
  private var wraps = false

  init(columns: Int = 80) {
    self.columns = columns
  }

  /// The rows without trailing spaces, without empty ones at the end.
  var text: String {
    var lines = cells.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return String(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  mutating func feed(_ text: String) {
    for scalar in text.unicodeScalars { feed(scalar) }
  }

  private mutating func feed(_ scalar: Unicode.Scalar) {
    if !pending.isEmpty {
      pending.append(scalar)
      if pending.count == 2, scalar != "[" { pending = [] }
      if pending.count > 2, ("@"..."~").contains(scalar) { control() }
      return
    }
    switch scalar {
    case "\u{1B}": pending = [scalar]
    case "\r": column = 0; wraps = false
    case "\n": row += 1; column = 0; wraps = false; grow()
    case "\u{8}": column = max(0, column - 1); wraps = false
    case "\u{7}": break
    default: put(Character(scalar))
    }
  }

  private mutating func put(_ character: Character) {
    if wraps {
      row += 1
      column = 0
      wraps = false
    }
    grow()
    while cells[row].count <= column { cells[row].append(" ") }
    cells[row][column] = character
    column += 1
    if column == columns {
      column -= 1
      wraps = true
    }
  }

  private mutating func control() {
    let final = pending.removeLast()
    let parameters = String(String.UnicodeScalarView(pending.dropFirst(2)))
    pending = []
    let count = Int(parameters) ?? 1
    switch final {
    case "A": row = max(0, row - count); wraps = false
    case "B": row += count; wraps = false; grow()
    case "C": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count); wraps = false
    case "G": column = min(columns, count) - 1; wraps = false
    case "P" where column < cells[row].count:
      cells[row].removeSubrange(column..<min(cells[row].count, column + count))
    case "@":
      while cells[row].count < column { cells[row].append(" ") }
      cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: column)
    case "K": cells[row].removeLast(max(0, cells[row].count - column))
    case "J":
      if row == 0, column == 0 { fullClears += 1 }
      cells[row].removeLast(max(0, cells[row].count - column))
      cells.removeLast(max(0, cells.count - row - 1))
    default: break
    }
  }

  private mutating func grow() {
    while cells.count <= row { cells.append([]) }
  }
}
