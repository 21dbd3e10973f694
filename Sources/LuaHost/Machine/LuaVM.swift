public actor LuaVM {
  let handle = VMHandle()
  public init(_ configuration: Configuration = Configuration()) throws {}
  public func run(_ source: [UInt8], name: String, arguments: [LuaValue] = []) async throws -> [LuaValue] { [] }
  public func evaluate(_ source: String, name: String = "stdin") async throws -> [LuaValue] { [] }
  public func global(_ name: String) throws -> LuaValue { .nil }
  public func setGlobal(_ name: String, _ value: LuaValue) throws {}
  public func call(_ function: LuaFunction, _ arguments: [LuaValue]) async throws -> [LuaValue] { [] }
  public func close() {}
}
