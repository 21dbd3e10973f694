import CLuaHost

extension LuaVM {
  /// Adds a module of plain C functions and of what the host replaces in Lua, against which it is measured in the same state.
  /// - Throws: `LuaError` when memory ran out.
  @_spi(Measurement) public func addBaseline(module: String) throws {
    guard clh_add_baseline(state.vm, module) else { throw state.problem }
  }

  /// Makes and closes a state with Lua's own libraries, as a program without this host would.
  @_spi(Measurement) public static func makePlainState() -> Bool { clh_baseline_state() }
}
