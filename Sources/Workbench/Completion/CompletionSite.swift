/// Where in unfinished Lua text the cursor stands, found without a parser: what is typed at a prompt seldom is a whole chunk.
struct CompletionSite: Equatable {
  enum Cursor: Equatable {
    /// After code; ``word`` is the name that ends there.
    case code
    /// In a quoted string, with its text so far.
    case literal(String)
    /// In a comment, a long string or a number.
    case elsewhere
  }

  /// An open bracket around the cursor, or the quote of `f "text"`.
  struct Frame: Equatable {
    var opener: Character
    /// What is called, such as `ims.import`, `job:wait` or `ims.job():wait`; nil for a bracket that calls nothing.
    var callee: String?
    /// How many commas came before the cursor.
    var index = 0
    /// The name of `name =`, where the cursor stands after one.
    var field: String?
    /// Strings that stand alone in earlier slots.
    var texts: [Int: String] = [:]
    /// Strings of earlier fields.
    var named: [String: String] = [:]
    /// All fields so far.
    var used: Set<String> = []
    /// Tokens of the slot so far.
    var tokens = 0
  }

  var cursor = Cursor.code
  /// The dotted name that ends at the cursor; calls in it are written `()`.
  var word = ""
  /// What the text at the cursor is assigned to, as in `bucket = "…`, where nothing else stands between.
  var assigned: String?
  /// The innermost last.
  var frames: [Frame] = []
  /// Whether the word is the first of its slot in a table, where a field's name may stand.
  var beginsSlot: Bool { (frames.last?.tokens ?? 0) == (word.isEmpty ? 0 : 1) && frames.last?.field == nil }

  /// Looks at the text up to the cursor.
  init(_ text: String) {
    var scanner = CompletionScanner(text)
    scanner.run()
    self = scanner.site
  }

  init() {}
}
