import Workbench

/// The words of the command line as the system handed them over.
enum CommandWords {
  /// Refuses words that are no UTF-8: read as text they would name another file than was meant.
  /// - Throws: `CommandFailure` of status 64.
  static func check(count: Int, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>) throws {
    for index in 1..<max(1, count) {
      guard let word = words[index], String(validatingCString: word) == nil else { continue }
      let shown = DisplayText.harmless(String(cString: word))
      throw CommandFailure(
        .usage, "word \(index) of the command line is not UTF-8: '\(shown)'",
        hint: "rename the file, or lead to it by a link with a name in UTF-8")
    }
  }
}
