import CloudAccess

/// Values from outside, made fit for a one-line message.
enum Quoted {
  /// The text in quotes, shortened when long, with control characters escaped so that they cannot disturb a terminal.
  static func text(_ text: String, limit: Int = 60) -> String {
    let scalars = text.unicodeScalars.prefix(limit)
    var result = "\""
    for scalar in scalars { result += escaped(scalar) }
    let cut = text.unicodeScalars.count - scalars.count
    return result + (cut > 0 ? "…\" (\(text.unicodeScalars.count) characters)" : "\"")
  }

  /// The text without quotes, for a reason the cloud gave: one line, at most 500 characters.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(500) {
      result += scalar == "\n" ? " " : scalar == "\"" ? "\"" : escaped(scalar)
    }
    return result
  }

  /// The value as JSON in brief, with its type.
  static func value(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "the boolean \(flag)"
    case .integer(let number): "the number \(number)"
    case .number(let number): "the number \(number)"
    case .string(let string): "the string \(text(string))"
    case .array(let entries): "a list of \(entries.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }

  /// A character named for a message: `"ä" (U+00E4)`.
  static func character(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "\"\(escaped(scalar))\" (U+\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex))"
  }

  /// The control characters and the ones that turn the direction of text around, escaped.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\"": "\\\""
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: String(scalar)
      }
    }
  }
}
