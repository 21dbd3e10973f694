import LuaHost

/// A check of a test that did not hold.
public struct TestFailure: ScriptError {
  /// What was found and what was expected, in one line or several.
  public var message: String

  init(_ message: String, own: String?) {
    self.message = own.map { "\($0): \(message)" } ?? message
  }

  public var scriptMessage: String { message }
  public var scriptFields: [(String, LuaValue)] { [("kind", "test")] }
}

/// Ends a case that cannot be tried here; it counts neither as passed nor as failed.
public struct TestSkip: ScriptError {
  /// Why, in one line.
  public var reason: String

  public var scriptMessage: String { reason.isEmpty ? "skipped" : "skipped: \(reason)" }
  public var scriptFields: [(String, LuaValue)] { [("kind", "test")] }
}
