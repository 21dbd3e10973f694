import CLuaHost

/// One Lua coroutine that Swift steps; lives on its VM's executor.
final class LuaTask {
  let pointer: OpaquePointer
  let flag: CancelFlag
  /// Where tasks go that this one spawns.
  let scope: TaskScope
  /// The last error of another task that was raised again in this one, for its traceback.
  var rethrown: LuaError?

  init(pointer: OpaquePointer, flag: CancelFlag, scope: TaskScope) {
    self.pointer = pointer
    self.flag = flag
    self.scope = scope
  }
}
