/// A place whose value may be completed: the argument of a call, the field of a table or the argument of a dot command.
public struct CompletionSlot: Sendable, Hashable {
  /// The declared function it belongs to, such as `obs.head`, or the dot command; nil for the field of a table that is nobody's
  /// argument.
  public var function: String?
  /// The name of the parameter or the field.
  public var name: String
  /// What is typed of the value so far, without quotes and escapes.
  public var text: String
  /// The texts that stand beside it already, by their names: `bucket` beside `key`.
  public var siblings: [String: String]

  public init(function: String? = nil, name: String, text: String, siblings: [String: String] = [:]) {
    self.function = function
    self.name = name
    self.text = text
    self.siblings = siblings
  }
}
