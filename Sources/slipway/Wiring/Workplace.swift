import Foundation
import ImageImport
import Logging
import LuaHost
import ScriptAPI
import Workbench

/// Everything a command that runs scripts or imports needs, wired together from its options.
struct Workplace {
  let console: Console
  let choice: CloudChoice
  let runtime: CloudRuntime
  let events: any ImportEventSink
  let progress: ProgressRenderer?
  let logger: Logger
  let environment: [String: String]
  let workingDirectory: String

  init(_ options: Settings, quiet: Bool = false) throws {
    environment = ProcessInfo.processInfo.environment
    workingDirectory = FileManager.default.currentDirectoryPath
    let console = Console(terminal: .detect(environment: environment))
    self.console = console
    let json = options.form == .json
    let level = options.logLevel.level
    logger = Logger(label: "slipway") { label in
      var handler = ConsoleLogHandler(label: label, console: console, asJSON: json)
      handler.logLevel = level
      return handler
    }
    do {
      choice = try CloudChoice(options, environment: environment, workingDirectory: workingDirectory)
    } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    if json {
      progress = nil
      events = JSONEventWriter(console: console)
    } else if quiet {
      progress = nil
      events = NoEvents()
    } else {
      let renderer = ProgressRenderer(console: console)
      progress = renderer
      events = renderer
    }
    runtime = CloudRuntime(choice: choice, events: events, logger: logger, environment: environment)
  }

  /// Says which cloud is used where that could be mistaken.
  func announce() {
    if let banner = choice.banner { console.note(banner) }
  }

  /// What a script may reach.
  func context(script: String?, arguments: [String]) -> ScriptContext {
    ScriptContext(
      arguments: arguments, scriptPath: script, environment: environment, workingDirectory: workingDirectory,
      logger: logger, cloud: runtime.connector)
  }

  /// A VM with every module; `directory` is where `require` looks beside the modules.
  func makeVM(_ context: ScriptContext, preloads: Bool = false) throws -> LuaVM {
    let console = console
    var configuration = LuaVM.Configuration()
    configuration.modules = context.modules
    configuration.searchPath = [context.scriptDirectory, workingDirectory + "/lua"]
    configuration.output = { console.write($0) }
    return try LuaVM(configuration)
  }

  /// Ends progress and connections.
  func close() async {
    await progress?.finish()
    await runtime.shutdown()
  }
}
