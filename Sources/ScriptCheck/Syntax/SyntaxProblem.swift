/// Why a text is not Lua.
struct SyntaxProblem: Sendable {
  var message: String
  var range: SourceRange
  var hint: String?
  /// Another place that has to do with it, and why.
  var related: (message: String, range: SourceRange)?
  /// Whether the text was understood all the same, as with an assignment to a constant.
  var isStructural = true
}
