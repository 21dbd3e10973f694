import CLuaHost

extension LuaVM {
  /// Adds a module of plain C functions (`add`, `echo`, `copy`), against which host calls are measured in the same state.
  /// - Throws: `LuaError` when memory ran out.
  @_spi(Measurement) public func addBaseline(module: String) throws {
    guard clh_add_baseline(state.vm, module) else { throw state.problem }
  }
}
