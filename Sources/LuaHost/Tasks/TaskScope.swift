import CLuaHost

/// Where spawned tasks belong: none outlives the task that owns the scope.
///
/// Unchecked: it lives on its VM's thread; others only pass it on.
final class TaskScope: @unchecked Sendable {
  let driver: TaskDriver
  /// What a cancellation from outside sets, even while a comparator spins.
  let flag: CancelFlag
  /// Whether the first failure cancels the others, as in a `task.group`.
  let failsFast: Bool
  /// Ends only when the scope is empty; nil for the background of a session.
  weak var owner: LuaTask?
  let depth: Int
  /// Told about failures that nobody awaited, instead of keeping them for the end.
  let report: (@Sendable (LuaError) -> Void)?
  var children = TaskList()
  /// Failed tasks that nobody has awaited yet.
  var unobserved = TaskList()
  /// In a group: the failures in their order, the function's own among them.
  var failures: [LuaError] = []
  /// Whether everything has ended, so that nothing may be added any more.
  var isOver = false
  /// Whether what is added is cancelled at once.
  var isCancelled = false

  init(
    driver: TaskDriver, flag: CancelFlag, failsFast: Bool = false, owner: LuaTask? = nil, depth: Int = 0,
    report: (@Sendable (LuaError) -> Void)? = nil
  ) {
    self.driver = driver
    self.flag = flag
    self.failsFast = failsFast
    self.owner = owner
    self.depth = depth
    self.report = report
  }
}
