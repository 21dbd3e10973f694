/// The file `/etc/os-release`, by its specification: lines of a name and a value, quoted as in a shell.
struct OSRelease: Equatable {
  private static let longestValue = 1024

  private(set) var fields: [String: String] = [:]

  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " || $0 == "\t" }
      guard let equals = line.firstIndex(of: "="), line.first != "#" else { continue }
      let name = line[..<equals]
      guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
        continue
      }
      // The last one of a name counts.
      fields[String(name)] = Self.value(line[line.index(after: equals)...])
    }
  }

  subscript(_ name: String) -> String? {
    fields[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A value without its quotes and backslashes; it ends at the quote's end, or at the first space.
  private static func value(_ text: Substring) -> String {
    var value = ""
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        // Between double quotes a backslash counts only in front of what the shell would take up.
        if quote == "\"", !"\\\"$`".contains(character) { value.append("\\") }
        value.append(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      } else if quote == nil, character.isWhitespace {
        break
      } else {
        value.append(character)
      }
    }
    return DiskInspector.printable(String(value.prefix(longestValue)))
  }
}
