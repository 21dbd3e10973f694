/// Text that a plugin wrote, made fit to stand beside text of the program.
enum PluginText {
  /// One line without control characters and of at most `limit` characters, so that a plugin cannot pass for another one, or for the
  /// program: line breaks become spaces, everything that moves the cursor or turns the direction of text an escape.
  static func line(_ text: String, limit: Int = 600) -> String {
    var out = String.UnicodeScalarView()
    var count = 0
    let isLonger = !text.unicodeScalars.dropFirst(limit).isEmpty
    for scalar in text.unicodeScalars {
      count += 1
      if isLonger, count == limit {
        out.append("…")
        break
      }
      switch scalar {
      case "\n", "\t", "\r": out.append(" ")
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
          out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: out.append(scalar)
        }
      }
    }
    return String(out)
  }
}
