/// Raised in a task that awaits a cancelled one: an ordinary error there.
struct TaskCancelledError: ScriptError {
  var scriptMessage: String { "the awaited task was cancelled" }
  var scriptFields: [(String, LuaValue)] { [("kind", "cancelled")] }
}

/// Raised by `task.timeout`.
struct TimeoutError: ScriptError {
  let limit: Duration
  var scriptMessage: String { "took longer than \(limit)" }
  var scriptFields: [(String, LuaValue)] { [("kind", "timeout")] }
}
