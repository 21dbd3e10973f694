/// Keeps a Lua value alive in its VM's registry.
///
/// The last release may come from any thread, even from inside a collection, so `deinit` only leaves a note for the VM.
final class LuaReference: Sendable {
  let number: Int64
  let handle: VMHandle

  init(number: Int64, handle: VMHandle) {
    self.number = number
    self.handle = handle
  }

  /// How a value that is passed on by reference looks in a `LuaValue`.
  static let type = ObjectType("reference", "A Lua value that Swift only hands on.")

  deinit { if number > 0 { handle.release(number) } }
}
