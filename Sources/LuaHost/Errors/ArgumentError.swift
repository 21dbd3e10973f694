/// A wrong argument, field or call; scripts see `kind == "argument"`.
public struct ArgumentError: ScriptError, CustomStringConvertible {
  public let scriptMessage: String

  /// Makes the error from its message.
  public init(_ message: String) { scriptMessage = message }

  public var scriptFields: [(String, LuaValue)] { [("kind", "argument")] }
  public var description: String { scriptMessage }
}
