/// A Swift error with fields that scripts can read.
///
/// A thrown one becomes a Lua error object; if no script catches it, the same Swift value comes back as
/// `LuaError.underlying`.
public protocol ScriptError: Error, Sendable {
  /// The message in one line, without a position.
  var scriptMessage: String { get }
  /// The fields of the error object, besides `message`, `source` and `line`, which every one has.
  var scriptFields: [(String, LuaValue)] { get }
}
