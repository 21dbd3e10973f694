/// Reads comma-separated values (RFC 4180) row by row.
///
/// Written here because a fleet's manifest needs errors that name file, line and column; see docs/dependencies.md.
struct CSVReader {
  /// The names of the columns, from the first row.
  private(set) var header: [String] = []

  private let lines: LineReader
  private let shown: String
  private let separator: UInt8
  private var line = 0

  /// A header has no more columns, and a row with its quoted line breaks no more bytes: what has is no manifest.
  static let columnLimit = 10_000
  static let rowLimit = 16 << 20

  /// Opens the file and reads its header row.
  init(path: String, shown: String, separator: UInt8, access: any ScriptAccess) throws {
    lines = try LineReader(path: path, shown: shown, access: access)
    self.shown = shown
    self.separator = separator
    guard var first = try nextFields() else {
      throw ScriptFailure("'\(shown)' is empty", hint: "its first row must name the columns")
    }
    if first[0].starts(with: [0xEF, 0xBB, 0xBF]) { first[0].removeFirst(3) }
    header = first.map { trimmed(String(decoding: $0, as: UTF8.self)) }
    guard header.count <= Self.columnLimit else {
      throw ScriptFailure("'\(shown)', line 1: \(header.count) columns, at most \(Self.columnLimit) can be read")
    }
    var seen: Set<String> = []
    for (index, name) in header.enumerated() {
      if name.isEmpty { throw ScriptFailure("'\(shown)', line 1: column \(index + 1) has no name") }
      if !seen.insert(name).inserted {
        throw ScriptFailure("'\(shown)', line 1: the column '\(name)' stands there twice")
      }
    }
  }

  /// The next row, as many fields as the header has, or nil at the end; empty lines are skipped.
  mutating func next() throws -> [[UInt8]]? {
    while let fields = try nextFields() {
      if fields.count == 1, fields[0].isEmpty { continue }
      guard fields.count == header.count else {
        throw ScriptFailure(
          "'\(shown)', line \(line): \(fields.count) fields, expected \(header.count) (\(header.joined(separator: ", ")))",
          hint: "fields that hold a separator or a line break stand in double quotes")
      }
      return fields
    }
    return nil
  }

  private mutating func nextFields() throws -> [[UInt8]]? {
    guard var text = try nextLine() else { return nil }
    let firstLine = line
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var index = 0
    while true {
      if index < text.count, text[index] == UInt8(ascii: "\""), field.isEmpty {
        index += 1
        // A quoted field: doubled quotes stand for one, line breaks belong to it.
        quoted: while true {
          while index >= text.count {
            guard let more = try nextLine() else {
              throw ScriptFailure(
                "'\(shown)', line \(firstLine): a quoted field is not closed before the end of the file")
            }
            field.append(0x0A)
            guard field.count + more.count <= Self.rowLimit else {
              throw ScriptFailure(
                "'\(shown)', line \(firstLine): a quoted field has over \(Self.rowLimit >> 20) MB",
                hint: "is its quote closed?")
            }
            text = more
            index = 0
          }
          if text[index] == UInt8(ascii: "\"") {
            if index + 1 < text.count, text[index + 1] == UInt8(ascii: "\"") {
              field.append(text[index])
              index += 2
            } else {
              index += 1
              break quoted
            }
          } else {
            field.append(text[index])
            index += 1
          }
        }
        guard index >= text.count || text[index] == separator else {
          throw ScriptFailure(
            "'\(shown)', line \(line), column \(index + 1): text after a closing quote",
            hint: "double the quotes inside a quoted field")
        }
      }
      if index >= text.count {
        fields.append(field)
        return fields
      }
      if text[index] == separator {
        fields.append(field)
        field = []
      } else {
        field.append(text[index])
      }
      index += 1
    }
  }

  private mutating func nextLine() throws -> [UInt8]? {
    guard let text = try lines.next() else { return nil }
    line += 1
    return text
  }

  private func trimmed(_ text: String) -> String {
    var slice = text[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
