/// A Lua function that Swift holds; the VM lets go of it after the last reference is gone.
public final class LuaFunction: Sendable {
  let reference: LuaReference

  init(reference: LuaReference) { self.reference = reference }

  /// Runs the function as a task of its own on its VM; it may wait.
  /// - Throws: `LuaError`; of kind `cancelled` when the surrounding Swift task is cancelled.
  public func call(_ arguments: [LuaValue] = []) async throws -> [LuaValue] {
    guard let vm = reference.handle.vm else {
      throw LuaError(kind: .runtime, message: "the Lua VM of this function is closed")
    }
    return try await vm.call(self, arguments)
  }

  /// The same, for a function whose results nobody asks for: they may be what cannot leave the VM.
  public func callDiscardingResults(_ arguments: [LuaValue] = []) async throws {
    guard let vm = reference.handle.vm else {
      throw LuaError(kind: .runtime, message: "the Lua VM of this function is closed")
    }
    _ = try await vm.call(self, arguments, results: .references)
  }
}

extension LuaFunction: Equatable {
  /// Two are equal when they are the same reference.
  public static func == (left: LuaFunction, right: LuaFunction) -> Bool { left === right }
}
