import ArgumentParser
import LuaHost

/// What a script may take of the machine and of Lua's libraries; shared by every command that runs scripts.
///
/// Two levels: a user's own script, stopped only by what must be a mistake, and `--sandbox`, for somebody else's.
struct LimitOptions: ParsableArguments {
  @Flag(help: "Run the script as one of unknown origin: no files, no programs, tight limits.")
  var sandbox = false

  @Option(
    help: ArgumentHelp("Give the script Lua libraries that reach the machine: io, os or io,os.", valueName: "names"))
  var allow: String?

  @Option(
    help: ArgumentHelp(
      "The most memory Lua may hold, such as 64MB. 1GB by default, 64MB with --sandbox.", valueName: "size"))
  var memory: String?

  @Option(
    help: ArgumentHelp(
      """
      Stop the script after so many seconds of running; waiting does not count. By default 60 between two waits, with \
      --sandbox 1 between two waits and 5 in all.
      """, valueName: "n"))
  var maxSeconds: String?

  @Option(
    help: ArgumentHelp(
      "Stop the script after so many Lua instructions. No limit by default, 1000000000 with --sandbox.",
      valueName: "n"))
  var maxSteps: String?

  @Option(
    help: ArgumentHelp(
      "The most the script may print, such as 10MB. 1GB by default, 1MB with --sandbox.", valueName: "size"))
  var maxOutput: String?

  func validate() throws { _ = try policy() }

  /// The options put together.
  /// - Throws: `ValidationError`, which ends with status 64.
  func policy() throws -> ScriptPolicy {
    var limits = sandbox ? LuaLimits.sandboxed : .trusted
    if let memory { limits.memory = try Self.size("--memory", memory, least: 1 << 20, named: "1MB") }
    if let maxOutput { limits.output = try Self.size("--max-output", maxOutput, least: 1, named: "1 byte") }
    if let maxSeconds {
      guard let time = LuaDuration.parse(maxSeconds), time > .zero else {
        throw ValidationError(
          "--max-seconds must be a number of seconds above 0, such as 5 or 1.5, got '\(maxSeconds)'.")
      }
      // What the user said is the limit; the one between two waits could only be met before it.
      (limits.runningTime, limits.burstTime) = (time, nil)
    }
    if let maxSteps {
      guard let steps = Int(maxSteps), steps > 0 else {
        throw ValidationError("--max-steps must be a whole number above 0, got '\(maxSteps)'.")
      }
      (limits.instructions, limits.burstInstructions) = (steps, nil)
    }
    return ScriptPolicy(limits: limits, sandbox: try level())
  }

  private func level() throws -> LuaSandbox {
    guard let allow else { return sandbox ? .sandboxed : .trusted(allowing: []) }
    if sandbox { throw ValidationError("--allow gives what --sandbox takes away; use one of them.") }
    var libraries: Set<LuaLibrary> = []
    for name in allow.split(separator: ",", omittingEmptySubsequences: false) {
      guard let library = LuaLibrary(rawValue: String(name)) else {
        let known = LuaLibrary.allCases.map(\.rawValue).joined(separator: ",")
        throw ValidationError("--allow must name some of \(known), got '\(allow)'.")
      }
      libraries.insert(library)
    }
    return .trusted(allowing: libraries)
  }

  private static func size(_ option: String, _ text: String, least: UInt64, named name: String) throws -> Int {
    guard let bytes = LuaSize.parse(text), let size = Int(exactly: bytes) else {
      throw ValidationError("\(option) must be a size, such as 64MB, got '\(text)'.")
    }
    if bytes < least {
      throw ValidationError("\(option) must be at least \(name), got '\(text)'; a unit may be missing.")
    }
    return size
  }
}

/// How a script is confined.
struct ScriptPolicy: Sendable {
  var limits = LuaLimits.trusted
  var sandbox = LuaSandbox.trusted(allowing: [])
}
