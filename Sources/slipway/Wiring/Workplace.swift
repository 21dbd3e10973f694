import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import Logging
import LuaHost
import ScriptAPI
import Workbench

/// Everything a command that runs scripts or imports needs, wired together from its options.
struct Workplace: Sendable {
  let console: Console
  let choice: CloudChoice
  let runtime: CloudRuntime
  let events: any ImportEventSink
  let progress: ProgressRenderer?
  let json: JSONEventWriter?
  let jobs: JobTracker
  let ledger: LedgerAccess
  let submission: SubmitOptions
  let logger: Logger
  let environment: [String: String]
  let workingDirectory: String
  private let options: Settings

  /// `quiet` shows no progress at all; with `tellsFailures` false it leaves failed imports to the command's own report.
  init(_ options: Settings, quiet: Bool = false, tellsFailures: Bool = true) throws {
    self.options = options
    environment = ProcessInfo.processInfo.environment
    workingDirectory = FileManager.default.currentDirectoryPath
    let console = Console(terminal: .detect(environment: environment))
    self.console = console
    let json = options.form == .json
    let level = options.logLevel.level
    logger = Logger(label: "slipway") { label in
      ConsoleLogHandler(label: label, console: console, level: level, form: json ? .json : .text)
    }
    do {
      choice = try CloudChoice(options, environment: environment, workingDirectory: workingDirectory)
    } catch let error as ConfigurationError {
      throw CommandFailure(.configuration, error.message, hint: error.hint)
    }
    let jobs = JobTracker()
    self.jobs = jobs
    if json {
      let writer = JSONEventWriter(console: console)
      self.json = writer
      progress = nil
      events = EventFanOut([writer, jobs])
    } else {
      self.json = nil
      let renderer = quiet ? nil : ProgressRenderer(console: console, tellsFailures: tellsFailures)
      progress = renderer
      events = EventFanOut(renderer.map { [$0, jobs] } ?? [jobs])
    }
    ledger = LedgerAccess(options.ledger, environment: environment)
    let policy: NotFoundPolicy =
      switch options.onNotFound {
      case .fail: .fail
      case .resubmit: .resubmit
      case .ask: TerminalQuestion.policy(console)
      }
    submission = SubmitOptions(onNotFound: policy, marksImage: options.marksImages)
    var requestsPerSecond = options.requestsPerSecond
    if requestsPerSecond == nil, let text = environment["SLIPWAY_REQUESTS_PER_SECOND"], !text.isEmpty {
      guard let number = Double(text), CloudOptions.requestRates.contains(number) else {
        throw CommandFailure(
          .configuration, "SLIPWAY_REQUESTS_PER_SECOND must be a number from 0.01 to 1000000, got '\(text)'.",
          hint: "unset it for the usual 5 a second")
      }
      requestsPerSecond = number
    }
    runtime = CloudRuntime(
      choice: choice, scale: choice.clockScale(options.clockScale), events: events, logger: logger,
      environment: environment, ledger: ledger, requestsPerSecond: requestsPerSecond,
      concurrentImports: options.concurrentImports)
  }

  /// Says which cloud is used where that could be mistaken.
  func announce() {
    if let banner = choice.banner { console.note(banner) }
  }

  /// What a script may reach.
  func context(script: String?, arguments: [String]) -> ScriptContext {
    var context = ScriptContext(
      arguments: arguments, scriptPath: script, environment: environment, workingDirectory: workingDirectory,
      logger: logger, cloud: runtime.connector)
    context.submission = submission
    context.uploadsDirectory = ledger.uploadsDirectory
    context.observeFile = { [console, json] plan, event in
      // Scripts may send many files at a time, so steps are told and no progress is.
      switch event {
      case .upload(.progress), .converted: return
      default: ImportFileView(console: console, name: plan.path, json: json).show(event)
      }
    }
    context.openHistory = { [ledger] in try ledger.openExisting() }
    return context
  }

  /// A VM with every module; `require` also finds files beside the script and under `lua`.
  ///
  /// What `print` writes goes to `output`, else to standard output: as it is, or with `--output json` as an event.
  func makeVM(
    _ context: ScriptContext, _ policy: ScriptPolicy = ScriptPolicy(), output: (@Sendable ([UInt8]) -> Void)? = nil
  ) throws -> LuaVM {
    let console = console
    let json = json
    let output = output ?? { bytes in if let json { json.emit(output: bytes) } else { console.write(bytes) } }
    var configuration = LuaVM.Configuration(
      modules: context.modules, searchPath: [context.resolve(context.scriptDirectory), context.resolve("lua")],
      limits: policy.limits, output: output)
    configuration.sandbox = policy.sandbox
    configuration.clock = SessionClock(time: context.time)
    configuration.unobservedFailure = { console.note(ErrorReport($0).text(console.terminal.errorStyle)) }
    return try LuaVM(configuration)
  }

  /// Ends with an error's own status after showing it.
  func fail(_ error: any Error) -> ExitCode {
    let report = ErrorReport(error)
    console.note(report.text(console.terminal.errorStyle))
    json?.emit(report)
    return ExitCode(ExitStatus(error).code)
  }

  /// Says how to wait for what goes on in the cloud, as a command to be copied; nothing where nothing goes on.
  func tellHowToGoOn() {
    let records = jobs.recordsUnderWay
    guard !records.isEmpty, let path = ledger.path else { return }
    var words = ["slipway", "jobs", "resume"]
    if let cloud = options.cloud { words += ["--cloud", cloud] }
    if let directory = options.localCloud { words += ["--local-cloud", directory] }
    if options.ledger != nil { words += ["--ledger", path] }
    // All that is open is as good as a list of many.
    if records.count <= 5 { words += records }
    console.note("To go on: " + words.map(ShellWord.quoted).joined(separator: " "))
  }

  /// Ends progress and connections.
  func close() async {
    progress?.finish()
    await runtime.shutdown()
  }
}
