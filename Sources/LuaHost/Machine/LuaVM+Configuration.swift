extension LuaVM {
  /// How a VM is set up.
  public struct Configuration: Sendable {
    /// The modules that `require` finds before any file.
    public var modules: [HostModule]
    /// The directories `require` looks in, in order.
    public var searchPath: [String]
    /// What scripts get of Lua's libraries.
    public var sandbox = LuaSandbox.trusted(allowing: [])
    /// How much of the machine scripts may take.
    public var limits: LuaLimits
    /// Count instructions even without a limit, instead of being interrupted by a timer; slower on tight loops.
    public var countsInstructions = false
    /// The deepest nesting of a table that crosses between Lua and Swift.
    public var tableDepthLimit = 200
    /// The most values that cross at once.
    public var valueCountLimit = 4_000_000
    /// The most bytes of strings that cross at once.
    public var byteLimit = 256 << 20
    /// Takes what `print` writes, newline included. Runs on the VM's thread.
    public var output: @Sendable ([UInt8]) -> Void
    /// Takes a warning that a script gives with `warn`, once it has turned warnings on. Runs on the VM's thread.
    public var warning: @Sendable (String) -> Void = { StandardError.write("Lua warning: \($0)\n") }
    /// The clock that scripts sleep by.
    public var clock: any LuaClock
    /// Stands around every call of a host function that may wait; nil for nothing.
    public var around: AroundCall?
    /// Notes or decides when what scripts wait for reaches them; nil for nothing. Without effect where something stands around calls.
    public var arrivals: (any LuaArrivals)?
    /// Told about a background task of `evaluate` that failed without anybody awaiting it.
    public var unobservedFailure: (@Sendable (LuaError) -> Void)?

    /// Gets a call and what does it. It runs where the call does, not on the VM's thread, and must do the call once or throw.
    public typealias AroundCall =
      @Sendable (HostArguments, () async throws -> [LuaValue]) async throws -> [LuaValue]

    /// Makes a configuration; the defaults suit a user's own script.
    public init(
      modules: [HostModule] = [], searchPath: [String] = [], limits: LuaLimits = .unlimited,
      output: @escaping @Sendable ([UInt8]) -> Void = { StandardOutput.write($0) },
      clock: any LuaClock = SystemLuaClock()
    ) {
      self.modules = modules
      self.searchPath = searchPath
      self.limits = limits
      self.output = output
      self.clock = clock
    }
  }
}
