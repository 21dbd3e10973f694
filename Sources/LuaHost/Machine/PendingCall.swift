/// A call of a waiting function that the executor is about to await.
struct PendingCall: Sendable {
  let run: @Sendable (HostArguments) async throws -> [LuaValue]
  let arguments: HostArguments
}
