/// What a task waits for in `group`, `map`, `race`, `timeout` or `shield`: tasks of its own, all of which end before it goes on.
///
/// Lives on its VM's thread.
final class Combination {
  enum Kind {
    /// One function and what it spawns.
    case one
    /// One function that a cancellation does not reach.
    case shield
    /// The first to end counts.
    case race
    /// One function for every item.
    case map(LuaFunction, [LuaValue], limit: Int)
  }

  let kind: Kind
  unowned let waiter: LuaTask
  /// The name of the host function, for tracebacks.
  let origin: TaskOrigin
  var children = TaskList()
  /// For `map`: the next item, and the results by item.
  var next = 0
  var results: [LuaValue] = []
  /// What is already certain: the result of the first to end, or the first failure.
  var outcome: Result<[LuaValue], LuaError>?
  /// Failures that came after the one that is raised.
  var related: [LuaError] = []
  /// For `timeout`.
  var timer: LuaTimer?
  var limit: Duration?
  var isTimedOut = false

  init(_ kind: Kind, waiter: LuaTask, origin: TaskOrigin) {
    self.kind = kind
    self.waiter = waiter
    self.origin = origin
  }

  var isShield: Bool {
    if case .shield = kind { true } else { false }
  }

  /// Whether a task may be ended by its siblings or by the time, so that what it waits for need not come.
  var endsEarly: Bool {
    if case .race = kind { true } else { limit != nil }
  }
}
