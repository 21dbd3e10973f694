/// What stubs, reference and help say about a function besides its signature and its one sentence.
public struct FunctionDocumentation: Sendable {
  /// Further sentences, in Markdown.
  public var details = ""
  /// The kinds of errors it raises of its own, and when.
  public var raises: [RaisedError] = []
  /// The signature to show, where it can say more than the one that is checked.
  public var signature: LuaSignature?
  /// Other ways to call it.
  public var overloads: [LuaSignature] = []
  /// Lua that shows it and runs as it stands. What `print` writes follows as `--> text` on the same line.
  public var example: String?
  /// What to use instead, once it is on its way out.
  public var deprecated: String?
  /// Whether calling it without using the result is a mistake.
  public var mustUse = false
}

extension HostFunction {
  /// The same function with more to say about it.
  /// - Parameters:
  ///   - details: Further sentences, in Markdown.
  ///   - raises: Kinds of errors, besides `argument` for what the declared types refuse.
  ///   - signature: What to show instead of the checked parameters and results.
  ///   - overloads: Other ways to call it.
  ///   - mustUse: Whether calling it without using the result is a mistake.
  ///   - deprecated: What to use instead.
  ///   - example: Lua that runs as it stands.
  /// - Returns: The function.
  public func documented(
    _ details: String = "", raises: [RaisedError] = [], signature: LuaSignature? = nil,
    overloads: [LuaSignature] = [], mustUse: Bool = false, deprecated: String? = nil, example: String? = nil
  ) -> HostFunction {
    var copy = self
    copy.documentation = FunctionDocumentation(
      details: details, raises: raises, signature: signature, overloads: overloads, example: example,
      deprecated: deprecated, mustUse: mustUse)
    return copy
  }
}
