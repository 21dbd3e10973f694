import CloudAccess
import Workbench

/// Writes what a command finds in the form that was asked for: the one place where data becomes text on standard output.
///
/// All forms but the table are written as things are found; a table needs all of them, and is written by ``finish()``.
final class DataOutput {
  /// A column of the table, from a member of the data.
  struct Column: Sendable {
    var title: String
    /// Members inside members are named with periods.
    var path: String

    init(_ title: String, _ path: String) {
      self.title = title
      self.path = path
    }

    /// The cell: texts as they are, lists separated by spaces, absent values as nothing.
    func text(in value: JSONValue) -> String {
      var found: JSONValue? = value
      for name in path.split(separator: ".") { found = found?[String(name)] }
      return Self.text(found)
    }

    private static func text(_ value: JSONValue?) -> String {
      switch value {
      case nil, .null?: ""
      case .string(let text)?: text
      case .array(let items)?: items.map { text($0) }.joined(separator: " ")
      case let value?: value.serialized()
      }
    }
  }

  private let console: Console
  private let form: OutputForm
  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ console: Console, _ form: OutputForm, columns: [Column]) {
    self.console = console
    self.form = form
    self.columns = columns
  }

  /// Writes an item. `rows` are what it has for the table, where that is not one row of its own.
  func write(_ value: @autoclosure () -> JSONValue, rows: [JSONValue]? = nil, text: @autoclosure () -> String?) {
    switch form {
    case .text: if let text = text() { console.print(text) }
    case .table: for row in rows ?? [value()] { self.rows.append(columns.map { $0.text(in: row) }) }
    case .json, .yaml: if let data = form.data(value()) { console.write(Array(data.utf8)) }
    }
  }

  /// Writes the table, where one was asked for and there is anything in it.
  func finish() {
    guard form == .table, !rows.isEmpty else { return }
    var table = TextTable(columns.map { TextTable.Column($0.title) })
    for row in rows { table.add(row) }
    console.write(Array(table.text(paint: console.terminal.outputPaint).utf8))
  }
}
