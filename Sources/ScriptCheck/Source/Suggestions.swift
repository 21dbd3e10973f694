import LuaHost

/// "Did you mean" as a hint of its own.
enum Suggestions {
  static func hint(for name: String, in candidates: some Sequence<String>) -> String? {
    nearest(to: name, in: candidates).map { "did you mean '\($0)'?" }
  }

  static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    Suggestion.nearest(to: name, in: candidates.filter { $0 != name && $0 != "_" }.sorted())
  }
}
