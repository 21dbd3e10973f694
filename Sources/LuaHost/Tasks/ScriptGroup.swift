import Synchronization

/// A `task.group`: a scope of its own, in which the first failure cancels everything else.
final class ScriptGroup: Sendable {
  private let scope = TaskScope(failsFast: true)
  private let isOver = Mutex(false)

  /// Starts a task of the group; nil when the group has ended.
  func spawn(_ function: LuaFunction, _ arguments: [LuaValue]) -> ScriptTask? {
    isOver.withLock { $0 } ? nil : scope.spawn(function, arguments)
  }

  /// Calls the group's function and waits for all tasks.
  func run(_ function: LuaFunction, passesGroup: Bool = true) async throws -> [LuaValue] {
    let arguments = passesGroup ? [LuaValue.object(LuaObject(self, type: TaskModule.groupType))] : []
    let body = Task { try await LuaVM.$scope.withValue(scope) { try await function.callKeepingTables(arguments) } }
    scope.attach { body.cancel() }
    let result = await withTaskCancellationHandler {
      await body.result
    } onCancel: {
      scope.cancelAll()
    }
    if case .failure = result { scope.cancelAll() }
    await scope.join()
    isOver.withLock { $0 = true }
    if let exit = scope.exit { throw exit }
    if case .failure(let error) = result, (error as? LuaError)?.kind != .cancelled { throw error }
    if let failure = scope.firstFailure { throw failure }
    return try result.get()
  }
}
