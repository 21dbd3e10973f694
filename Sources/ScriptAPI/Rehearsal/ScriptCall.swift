import LuaHost

/// Which call of a script something is done for: known in a session that stands around the calls, such as a dry run.
public struct ScriptCall: Sendable, Hashable {
  /// Grows with the calls of a script.
  public var number: UInt64
  /// The function, such as `ims.import` or `job:wait`.
  public var function: String
  /// Where the call stands; nil for a call that no Lua function made.
  public var source: String?
  public var line: Int?
  /// Which image of `ims.import_all`, from 0.
  public var index: Int?

  /// The call that the current task works for.
  @TaskLocal public static var current: ScriptCall?

  public init(_ arguments: HostArguments) {
    number = arguments.callNumber
    function = arguments.functionName
    source = arguments.caller?.source
    line = arguments.caller?.line
  }

  /// Runs a body as one of several parts of the current call.
  static func part<Result: Sendable>(
    _ index: Int, _ body: @Sendable () async throws -> Result
  ) async throws -> Result {
    var call = current
    call?.index = index
    return try await $current.withValue(call, operation: body)
  }
}
