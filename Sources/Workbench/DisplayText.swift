import CEdit

/// Text measured in terminal columns, as alignment needs it: wide characters take two, combining marks none.
public enum DisplayText {
  /// Columns the text takes on one line; control characters count as none.
  public static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  /// Columns of one visible character, all its scalars taken together.
  public static func width(_ character: Character) -> Int {
    var result = 0
    for scalar in character.unicodeScalars {
      // The emoji form is asked for, or it is half a flag.
      if scalar == "\u{FE0F}" || (0x1f1e6...0x1f1ff).contains(scalar.value) { return 2 }
      result = max(result, Int(slip_scalar_width(scalar.value)))
    }
    return result
  }

  /// At most `columns` wide; what is cut off is shown by `ellipsis`.
  public static func truncated(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
    if width(text) <= columns { return text }
    let mark = width(ellipsis) <= columns ? ellipsis : ""
    var left = columns - width(mark)
    var result = ""
    for character in text {
      let taken = width(character)
      if taken > left { break }
      left -= taken
      result.append(character)
    }
    return result + mark
  }

  /// Filled with spaces up to `columns`; longer text stays whole.
  public static func padded(_ text: String, to columns: Int, alignment: TextTable.Alignment = .left) -> String {
    let missing = columns - width(text)
    if missing <= 0 { return text }
    let space = String(repeating: " ", count: missing)
    return alignment == .left ? text + space : space + text
  }

  /// Safe to show on a terminal: control characters become visible escapes, so that a name or a reason that came from
  /// elsewhere cannot move the cursor, recolour the screen or forge lines. `keepingLines` leaves newlines and tabs.
  public static func harmless(_ text: String, keepingLines: Bool = false) -> String {
    func bad(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.value {
      case 0x09, 0x0a: !keepingLines
      case 0..<0x20, 0x7f..<0xa0: true
      case 0x202a...0x202e, 0x2066...0x2069, 0x2028, 0x2029: true  // turn the reading direction; line separators
      default: false
      }
    }
    guard text.unicodeScalars.contains(where: bad) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !bad(scalar) {
        result.append(scalar)
        continue
      }
      switch scalar {
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      default: result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
    return String(result)
  }

  /// Broken at spaces into lines of at most `columns`; a longer word stays whole.
  public static func wrapped(_ text: String, to columns: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if line.isEmpty {
          line = String(word)
        } else if width(line) + 1 + width(String(word)) <= columns {
          line += " " + word
        } else {
          lines.append(line)
          line = String(word)
        }
      }
      lines.append(line)
    }
    return lines
  }
}
