/// Small pieces of Lua source.
enum LuaText {
  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  /// Whether it can stand after a dot.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first), !keywords.contains(text) else { return false }
    return text.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
  }

  /// A local's name made of any text.
  static func name(_ text: String) -> String {
    var name = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    if let first = name.first, first.isNumber { name = "_" + name }
    return isName(name) ? name : name + "_"
  }

  /// A field's name in a `---@field` annotation, where words for who may see it would be taken for that.
  static func field(_ name: String) -> String {
    isName(name) && !["public", "protected", "private", "package"].contains(name) ? name : "[\(quoted(name))]"
  }

  /// A parameter's name: what would be a keyword gets a trailing underscore.
  static func parameter(_ parameter: HostParameter) -> String { parameter.variadic ? "..." : name(parameter.name) }

  /// A string literal.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case let control where control.value < 32: quoted += "\\\(control.value < 10 ? "00" : "0")\(control.value)"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// Text as the words after a type or a name in an annotation: one line.
  static func remark(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.isEmpty ? "" : " " + line
  }

  /// Text as lines of a documentation comment.
  static func comment(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // What would be taken for an annotation or a case of an alias is text.
      line.first == "@" || line.first == "|" ? "---\\\(line)" : "---\(line)"
    }
  }
}
