import LuaHost

/// An error of the modules that concern no cloud: a file that is not there, text that is not JSON.
///
/// Scripts see `kind`, `message` and `hint`, as with every other error.
public struct ScriptFailure: ScriptError {
  /// One of the documented kinds, for example `argument` or `not_found`.
  public var kind: String
  /// One sentence: the thing, what was expected, what came.
  public var message: String
  /// What to do.
  public var hint: String?
  /// Whether it is made up, in a dry run.
  public var isSynthetic = false

  /// Creates a failure.
  public init(kind: String = "argument", _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  public var scriptMessage: String { message }

  public var scriptFields: [(String, LuaValue)] {
    var fields: [(String, LuaValue)] = [
      ("kind", .string(LuaString(kind))), ("message", .string(LuaString(message))), ("retryable", .boolean(false)),
    ]
    if let hint { fields.append(("hint", .string(LuaString(hint)))) }
    if isSynthetic { fields.append(("synthetic", .boolean(true))) }
    return fields
  }
}
