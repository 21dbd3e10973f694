/// A type with a name of its own in stubs and reference; values are checked against the type it stands for.
///
/// It carries what a plain type cannot: the meaning of an enumeration's words, and words that are known without being the
/// only ones allowed.
public struct LuaAlias: Sendable {
  /// The name, such as "shop.Status", unique among all types of a program.
  public let name: String
  /// One sentence for the reference.
  public let summary: String
  /// What values are checked against.
  public let type: LuaType
  /// The words an editor offers, each with its meaning, which may be empty.
  public let words: [(word: String, docs: String)]

  /// Declares a name for a type, or for any text of which some words are known: those an editor then offers.
  public init(_ name: String, _ summary: String, type: LuaType, known words: [(String, String)] = []) {
    self.name = name
    self.summary = summary
    self.type = type
    self.words = words.map { (word: $0.0, docs: $0.1) }
  }

  /// Declares an enumeration whose words have a meaning each; others are refused.
  public init(_ name: String, _ summary: String, words: KeyValuePairs<String, String>) {
    self.init(name, summary, type: .enumeration(words.map(\.key)), known: words.map { ($0.key, $0.value) })
  }

  /// Whether only the listed words are allowed.
  public var isClosed: Bool {
    if case .enumeration = type { true } else { false }
  }
}
