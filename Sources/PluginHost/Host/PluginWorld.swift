import CloudAccess
import ImageImport
import Logging
import LuaHost
import ScriptAPI

/// What the plugins of a session are given: the session's own world, to be cut down for each, and where their words go.
public struct PluginWorld: Sendable {
  /// The world of the session's scripts.
  public var context: ScriptContext
  public var report: @Sendable (PluginNotice) -> Void
  /// Takes what a plugin prints, with its name.
  public var output: @Sendable (String, [UInt8]) -> Void
  public var clock: any LuaClock
  /// When observers must be done.
  let end = RunEnd()
  /// Whose ids events have; nil for none.
  public var trace: ImportTrace?

  public init(
    context: ScriptContext, clock: any LuaClock, trace: ImportTrace? = nil,
    report: @escaping @Sendable (PluginNotice) -> Void, output: @escaping @Sendable (String, [UInt8]) -> Void
  ) {
    self.context = context
    self.clock = clock
    self.trace = trace
    self.report = report
    self.output = output
  }

  func configuration(
    _ candidate: PluginCandidate, _ manifest: PluginManifest, _ access: PluginAccess, directory: String
  ) -> LuaVM.Configuration {
    let limits = candidate.entry.limits
    var own = context
    own.arguments = []
    own.scriptPath = nil
    own.workingDirectory = directory
    own.tests = nil
    own.access = access
    own.extraModules = []
    own.logger[metadataKey: "plugin"] = .string(manifest.name)
    let (name, output) = (manifest.name, output)
    var configuration = LuaVM.Configuration(
      modules: PluginModules.all(candidate, manifest, own, end), searchPath: [], limits: limits.lua,
      output: { output(name, $0) }, clock: clock)
    configuration.sandbox = .sandboxed
    configuration.tableDepthLimit = 60
    configuration.valueCountLimit = 200_000
    configuration.byteLimit = min(limits.memory, 64 << 20)
    return configuration
  }
}
