import ArgumentParser
import Cassette
import CloudAccess
import Foundation
import ImageImport
import Logging
import LuaHost
import PluginHost
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
  /// The plugins, where there are any.
  let plugins: PluginSession?
  /// What this session is written to or played from; nil for neither.
  let tape: SessionTape?
  /// The session's clock, which jumps in a replay.
  let time: any TimeSource
  private let watcher: PluginWatcher?
  let options: Settings
  /// What the project file adds to the options.
  let project: ProjectDefaults

  /// `quiet` shows no progress at all; with `tellsFailures` false it leaves failed imports to the command's own report.
  ///
  /// - Throws: `CommandFailure` of status 78 for a mistake in the configuration, the project file included.
  init(_ given: Settings, quiet: Bool = false, tellsFailures: Bool = true) throws {
    environment = ProcessInfo.processInfo.environment
    workingDirectory = FileManager.default.currentDirectoryPath
    project = try ProjectDefaults(
      given, environment: environment, workingDirectory: workingDirectory)
    let options = project.settings
    self.options = options
    let console = Console(terminal: .detect(environment: environment))
    self.console = console
    let json = options.form == .json
    let form = options.form
    let level = (options.logLevel ?? .info).level
    let replayed = try options.replay.map(SessionTape.read)
    let trace = replayed.map { TraceContext($0.header) } ?? TraceContext(environment: environment)
    let time: any TimeSource = replayed.map { VirtualTime(now: $0.header.startedAt) } ?? SystemTime()
    self.time = time
    logger = Logger(label: "slipway") { label in
      ConsoleLogHandler(
        label: label, console: console, level: level, form: json ? .json : .text, trace: trace, now: { time.now })
    }
    do {
      choice =
        if let replayed {
          try CloudChoice(replaying: replayed)
        } else {
          try CloudChoice(options, environment: environment, workingDirectory: workingDirectory)
        }
    } catch let error as ConfigurationError {
      throw CommandFailure(.configuration, error.message, hint: error.hint)
    }
    let jobs = JobTracker()
    self.jobs = jobs
    let spans = ImportTrace(trace)
    if form.isData {
      let writer = JSONEventWriter(console: console, trace: spans, now: { time.now }) {
        form.data($0) ?? $0.serialized() + "\n"
      }
      self.json = writer
      progress = nil
    } else {
      self.json = nil
      progress = quiet ? nil : ProgressRenderer(console: console, tellsFailures: tellsFailures)
    }
    if let choice = options.plugins {
      try GrantQuestion.ask(
        choice, environment: environment, workingDirectory: workingDirectory, console: console)
    }
    plugins = try options.plugins.flatMap { [json = self.json, environment, workingDirectory] choice in
      choice.isOff
        ? nil
        : try PluginSession(
          choice, environment: environment, workingDirectory: workingDirectory, console: console, json: json,
          trace: spans, time: time, printsToOutput: options.printsPlugins)
    }
    watcher = options.plugins?.isWatching == true ? plugins.map { PluginWatcher($0) } : nil
    let showsSpans = json || plugins != nil
    let sinks: [(any ImportEventSink)?] = [showsSpans ? spans : nil, self.json, progress, jobs, plugins?.host]
    events = EventFanOut(sinks.compactMap(\.self))
    ledger = LedgerAccess(options.ledger, environment: environment)
    var submission = SubmitOptions(marksImage: options.marksImages, preflight: options.preflight)
    switch options.onNotFound {
    case .fail: break
    case .resubmit: submission.onNotFound = .resubmit
    case .ask:
      guard let question = TerminalQuestion(console) else {
        throw CommandFailure(
          .usage, "--on-not-found ask needs a terminal to ask on, and there is none.",
          hint: "fail leaves the import unsettled for a later run; resubmit sends again where there is proof")
      }
      submission.onNotFound = .ask { try await question.ask($0) }
    }
    self.submission = submission
    let scale = replayed?.header.clockScale ?? choice.clockScale(options.clockScale)
    if let replayed, let path = options.replay {
      tape = .replaying(replayed, from: path, time: time, environment: environment)
    } else if let path = options.record {
      let header = CassetteHeader(
        program: "slipway \(Slipway.version)", startedAt: time.now, trace: trace, script: options.script,
        dialect: choice.dialect, clockScale: scale, requestsPerSecond: options.requestsPerSecond,
        concurrentImports: options.concurrentImports)
      tape = try .recording(to: path, header, time: time, environment: environment)
    } else {
      tape = nil
    }
    runtime = CloudRuntime(
      choice: choice, scale: scale, events: tape?.events(events) ?? events, logger: logger, environment: environment,
      ledger: ledger,
      requestsPerSecond: options.requestsPerSecond, concurrentImports: options.concurrentImports,
      hooks: plugins?.host ?? NoHooks(), time: time, layer: tape?.cloudLayer ?? options.layer, tape: tape,
      trace: spans)
  }

  /// Loads the plugins, before anything that could use them.
  ///
  /// - Throws: `CommandFailure` of status 78 with every mistake.
  func loadPlugins() async throws {
    guard let plugins else { return }
    do {
      try await plugins.load(context(script: nil, arguments: []))
      watcher?.start()
    } catch {
      await close()
      throw error
    }
  }

  /// What the rules and the plugins find in a request; a plugin that cannot say refuses.
  func report(_ request: ImportRequest, _ rules: RuleSet) async -> ValidationReport {
    guard let host = plugins?.host else { return rules.report(for: request) }
    do {
      return try await host.validate(request, by: rules).report
    } catch {
      var report = rules.report(for: request)
      let error = ImportError(wrapping: error, request: request)
      report.findings.append(
        Finding(
          rule: 0, name: "plugin", field: "request", severity: .error, message: error.message, hint: error.hint))
      return report
    }
  }

  /// Whether somebody said which cloud is used: not where the built-in one stands in for want of another.
  var hasChosenCloud: Bool {
    guard case .local = choice else { return true }
    return options.cloud != nil || options.localCloud != nil
  }

  /// The clouds that `--cloud` could name.
  var cloudNames: [String] {
    [CloudChoice.localName] + CloudChoice.resolver(environment, workingDirectory: workingDirectory).cloudNames
  }

  /// Says which cloud is used where that could be mistaken, and what the project file decided.
  func announce() {
    if let banner = choice.banner { console.note(banner) }
    if let tape { console.note(tape.banner) }
    if let note = project.note { console.note(note) }
  }

  /// What a script may reach.
  ///
  /// In a session line by line, `desk` is where questions are asked.
  func context(script: String?, arguments: [String], desk: LineDesk? = nil) -> ScriptContext {
    var context = ScriptContext(
      arguments: arguments, scriptPath: script, environment: environment, workingDirectory: workingDirectory,
      logger: logger, time: time, cloud: runtime.connector)
    if tape != nil || options.webLayer != nil {
      context.web = WebClient(
        environment: environment, time: time, looksUpHosts: tape?.isReplay != true,
        layer: tape?.webLayer ?? options.webLayer)
    }
    context.submission = submission
    context.uploadsDirectory = ledger.uploadsDirectory
    context.observeFile = { [console, json] plan, event in
      // Scripts may send many files at a time, so steps are told and no progress is.
      switch event {
      case .upload(.progress), .converted: return
      default: ImportFileView(console: console, name: plan.path, json: json).show(event)
      }
    }
    context.access = options.access
    if let host = plugins?.host {
      context.hooks = host
      context.extraModules = host.scriptModules
    }
    if let question = TerminalQuestion(console, desk) {
      context.askAboutLostImport = { try await question.ask($0) }
      if case .ask = submission.onNotFound { context.submission.onNotFound = .ask { try await question.ask($0) } }
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
    configuration.arrivals = tape?.arrivals
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

  /// Lists the jobs that go on in the cloud without this process, and says how to wait for them.
  func tellUnderWay() {
    let all = jobs.underWay
    guard !all.isEmpty else { return tellHowToGoOn() }
    let most = 10
    var lines = [all.count == 1 ? "1 job goes on in the cloud:" : "\(all.count) jobs go on in the cloud:"]
    lines += all.suffix(most).map { "  \($0.id)  \(DisplayText.harmless($0.name))" }
    if all.count > most { lines.append("  and \(all.count - most) more: slipway jobs list --state open") }
    console.note(lines.joined(separator: "\n"))
    tellHowToGoOn()
  }

  /// Says how to wait for what goes on in the cloud, as a command to be copied; nothing where nothing goes on.
  func tellHowToGoOn() {
    let records = jobs.recordsUnderWay
    guard !records.isEmpty, let path = ledger.path else { return }
    // Called by its path, it may not be in the search path.
    let program = CommandLine.arguments.first ?? ""
    var words = [program.contains("/") ? URL(filePath: program).path : "slipway", "jobs", "resume"]
    if let cloud = options.cloud { words += ["--cloud", cloud] }
    if let directory = options.localCloud { words += ["--local-cloud", directory] }
    if let scale = options.clockScale {
      words += ["--clock-scale", scale == scale.rounded() ? "\(Int(scale))" : "\(scale)"]
    }
    if options.ledger != nil { words += ["--ledger", path] }
    // All that is open is as good as a list of many.
    if records.count <= 5 { words += records }
    console.note("To go on: " + words.map(ShellWord.quoted).joined(separator: " "))
  }

  /// Ends progress and connections, and the recording or the replay, whose last word on the status this is.
  func close(_ status: ExitStatus) async -> ExitStatus {
    await shutdown()
    guard let tape else { return status }
    let settled = tape.settle(status)
    tape.finish(settled, console)
    return settled
  }

  /// Ends progress and connections.
  func close() async {
    await shutdown()
    tape?.abandon()
  }

  private func shutdown() async {
    progress?.finish()
    watcher?.stop()
    await plugins?.host.finish()
    await runtime.shutdown()
  }
}
