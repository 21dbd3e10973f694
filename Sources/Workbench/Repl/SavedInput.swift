/// Something that ran in a session without an error, as a script would say it again.
struct SavedInput: Sendable, Equatable {
  var text: String
  /// The file it was loaded from.
  var path: String?

  init(_ text: String, path: String? = nil) {
    self.text = text
    self.path = path
  }

  /// The script that does what the inputs did. Modules that are mentioned are required, since only sessions have them preloaded;
  /// `isStatement` says whether Lua takes a text as it stands.
  static func script(
    _ inputs: [SavedInput], modules: [String], isStatement: (String) async -> Bool
  ) async -> String {
    var chunks: [String] = []
    var isRead = false  // whether an input further down reads `_`, the last value
    for input in inputs.reversed() {
      if let path = input.path {
        // A function, since a file may return.
        chunks.append("-- \(path)\n(function(...)\n\(input.text)\nend)();")
      } else {
        let isWanted = if await isStatement(input.text) { isRead } else { true }
        let assigned = "_ = " + input.text
        chunks.append(isWanted ? (await isStatement(assigned) ? assigned : input.text) : input.text)
      }
      isRead = isRead || mentions("_", input.text)
    }
    let text = chunks.reversed().joined(separator: "\n")
    let requires = modules.filter { mentions($0, text) }.map { "local \($0) = require \"\($0)\"\n" }.joined()
    return requires + (requires.isEmpty ? "" : "\n") + text + "\n"
  }

  /// Whether a name stands in a text, be it in a comment: then it does no harm.
  private static func mentions(_ name: String, _ text: String) -> Bool {
    text.split { !($0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber)) }.contains { $0 == name }
  }
}
