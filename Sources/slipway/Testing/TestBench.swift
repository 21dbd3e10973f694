import CloudAccess
import CloudSimulator
import Foundation
import ImageImport
import Logging
import LuaHost
import ScriptAPI
import Workbench

/// What one run of a test file works with: a clock, a VM, and for a case a cloud of its own in a directory of its own.
///
/// Nothing of the user's is touched: neither a configured cloud nor the record of imports.
final class TestBench: Sendable {
  /// What all benches of a run have in common.
  struct Settings: Sendable {
    var policy = ScriptPolicy()
    var dialect = CloudDialect.otc
    var seed: UInt64 = 1
    var logLevel = Logger.Level.info
    var environment: [String: String] = [:]
    var workingDirectory = "."
    /// Where benches may make their directories.
    var directory: URL
    var images: ExampleImages
    /// The plugins that a file's cases are run with, by its path.
    var plugins: [String: PluginChoice] = [:]
  }

  let session: TestSession
  let time = VirtualTime()
  let printed = BoundedSink()
  let cloud: CaseCloud?
  private let settings: Settings
  private let script: ScriptFile
  private let directory: URL
  private let console: Console
  private let logger: Logger
  private let runtime: TestRuntime
  private let plugins: PluginSession?

  /// A bench for listing a file's cases, or for one of them.
  init(_ script: ScriptFile, running name: String?, settings: Settings) throws {
    self.script = script
    self.settings = settings
    session = TestSession(running: name)
    let plain = Terminal(environment: [:], inputIsTerminal: false, outputIsTerminal: false, errorIsTerminal: false)
    let (time, console, level) = (time, Console(terminal: plain, output: printed, error: printed), settings.logLevel)
    self.console = console
    logger = Logger(label: "slipway") { label in
      ConsoleLogHandler(label: label, console: console, level: level, now: { time.now })
    }
    directory = settings.directory.appending(path: "case-\(UUID().uuidString)")
    if name == nil {
      cloud = nil
    } else {
      var configuration = LocalCloudConfiguration(dataDirectory: directory.appending(path: "cloud").path)
      configuration.dialect = settings.dialect
      configuration.faultSeed = settings.seed
      cloud = try CaseCloud(configuration, time: time, logger: logger, images: settings.images)
    }
    plugins = try settings.plugins[script.path].flatMap { choice in
      try PluginSession(
        choice, environment: settings.environment, workingDirectory: settings.workingDirectory, console: console,
        json: nil)
    }
    runtime = TestRuntime(
      cloud: cloud, session: session, directory: directory, dialect: settings.dialect, time: time, logger: logger,
      plugins: plugins?.host)
  }

  /// The name of the chunk that calls a case; its lines are taken out of tracebacks.
  static let callerName = "slipway test"

  private static let caller = """
    local cloud, case = ...
    for number = 3, select("#", ...) do (select(number, ...))(cloud) end
    case(cloud)
    """

  /// Runs the file, and the case if one was asked for.
  func run() async throws {
    try await plugins?.load(context)
    let vm = try makeVM()
    do {
      _ = try await vm.run(
        Array("math.randomseed(\(settings.seed & 0x7fff_ffff_ffff_ffff))".utf8), name: Self.callerName)
      _ = try await vm.run(script.bytes, name: script.path)
      if let cloud {
        guard let body = session.begin() else {
          throw ScriptFailure(
            "the file did not declare this case when it ran again",
            hint: "what is declared must not depend on time, chance or the environment")
        }
        let functions = ([body.function] + body.before).map { LuaValue.function($0) }
        _ = try await vm.run(
          Array(Self.caller.utf8), name: Self.callerName, arguments: [TestCloudObject.value(cloud)] + functions)
      }
      await vm.close()
    } catch {
      await vm.close()
      throw error
    }
  }

  /// Closes connections, stops the cloud and removes the directory.
  func close() async {
    await plugins?.host.finish()
    await runtime.close()
    await cloud?.cloud.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  private var context: ScriptContext {
    var context = ScriptContext(
      scriptPath: script.path, environment: settings.environment, workingDirectory: settings.workingDirectory,
      logger: logger, time: time, cloud: runtime.connector)
    context.tests = session
    context.openHistory = { [ledger = runtime.ledger] in try ledger.openExisting() }
    if let host = plugins?.host {
      context.hooks = host
      context.extraModules = host.scriptModules
    }
    return context
  }

  private func makeVM() throws -> LuaVM {
    let (console, context) = (console, context)
    var configuration = LuaVM.Configuration(
      modules: context.modules, searchPath: [context.resolve(context.scriptDirectory), context.resolve("lua")],
      limits: settings.policy.limits, output: { console.write($0) })
    configuration.sandbox = settings.policy.sandbox
    configuration.clock = SessionClock(time: time)
    return try LuaVM(configuration)
  }
}
