import LuaHost

/// What a plugin may take of the machine.
public struct PluginLimits: Sendable, Hashable {
  /// The most bytes its VM holds.
  public var memory = 64 << 20
  /// How long a hook may take, waiting included.
  public var time = Duration.seconds(30)
  /// How long it may compute between two waits.
  public var cpu = Duration.seconds(5)
  /// The most Lua instructions between two waits.
  public var instructions = 100_000_000
  /// The most bytes it prints and logs in one call.
  public var output = 256 << 10

  public init() {}

  static let names = ["memory", "time", "cpu", "instructions", "output"]

  /// As a VM enforces them; time with its waits is watched from outside.
  var lua: LuaLimits {
    LuaLimits(memory: memory, burstInstructions: instructions, burstTime: cpu, output: output)
  }
}
