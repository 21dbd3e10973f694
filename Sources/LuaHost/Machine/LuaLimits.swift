/// How much of the machine the scripts of a VM may take.
///
/// Every limit may be nil: none. Time and instructions are counted twice, since the two questions differ: a *burst* is what one
/// task takes between two waits, and catches a loop that forgot to wait; the cumulative count is what a run takes with all its
/// tasks. Neither counts time spent waiting, for Swift or for other tasks.
public struct LuaLimits: Sendable, Hashable {
  /// Which limit a script was stopped by; the raw value is how scripts and reports spell it.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// See `LuaLimits.memory`.
    case memory
    /// See `LuaLimits.instructions`.
    case instructions
    /// See `LuaLimits.burstInstructions`.
    case burstInstructions = "burst_instructions"
    /// See `LuaLimits.runningTime`.
    case runningTime = "running_time"
    /// See `LuaLimits.burstTime`.
    case burstTime = "burst_time"
    /// See `LuaLimits.output`.
    case output
  }

  /// The most bytes Lua may hold. Passing it is an error that scripts can catch, "not enough memory".
  public var memory: Int?
  /// The most Lua instructions one run may take, with all its tasks; long work inside a library function counts, too.
  public var instructions: Int?
  /// The most Lua instructions one task may take without waiting.
  public var burstInstructions: Int?
  /// The longest one run may be inside Lua or a host function that answers at once, with all its tasks.
  public var runningTime: Duration?
  /// The longest one task may be inside Lua without waiting.
  public var burstTime: Duration?
  /// The most bytes one run may print.
  public var output: Int?

  /// Makes limits; what is left out is unlimited.
  public init(
    memory: Int? = nil, instructions: Int? = nil, burstInstructions: Int? = nil, runningTime: Duration? = nil,
    burstTime: Duration? = nil, output: Int? = nil
  ) {
    self.memory = memory
    self.instructions = instructions
    self.burstInstructions = burstInstructions
    self.runningTime = runningTime
    self.burstTime = burstTime
    self.output = output
  }

  /// None at all.
  public static let unlimited = LuaLimits()

  /// Generous ones, for a user's own script: they stop what can only be a mistake.
  public static let trusted = LuaLimits(memory: 1 << 30, burstTime: .seconds(60), output: 1 << 30)

  /// Tight ones, for a plugin or a script of unknown origin.
  public static let sandboxed = LuaLimits(
    memory: 64 << 20, instructions: 1_000_000_000, burstInstructions: 100_000_000, runningTime: .seconds(5),
    burstTime: .seconds(1), output: 1 << 20)
}
