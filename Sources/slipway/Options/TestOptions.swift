import ArgumentParser
import CloudAccess
import Foundation
import LuaHost
import Workbench

/// How tests are run and reported, shared by `test` and `plugin test`.
struct TestOptions: ParsableArguments {
  /// How outcomes are written.
  enum Form: String, CaseIterable, ExpressibleByArgument, Sendable {
    case text, json, yaml, tap
  }

  @Option(help: ArgumentHelp("Run only cases whose name contains this text.", valueName: "text"))
  var filter: String?

  @Flag(help: "End after the first case that fails.")
  var failFast = false

  @Option(name: .customLong("output"), help: ArgumentHelp("text, json, yaml or tap.", valueName: "form"))
  var form: Form = .text

  @Flag(help: "The same as --output tap: the Test Anything Protocol, version 14.")
  var tap = false

  @Flag(name: .shortAndLong, help: "Show what cases print even when they pass.")
  var verbose = false

  @Option(help: ArgumentHelp("Draw the chances of faults and math.random from this number.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("How much real time a case may take, such as 30s or 2m.", valueName: "duration"))
  var caseTimeout = "30s"

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many cases run side by side, in processes of their own: a number, or auto for one a core.", valueName: "n"))
  var jobs: TestJobs = .number(1)

  /// Makes this process one that runs cases for another, which has made this directory.
  @Option(help: .hidden)
  var workerDirectory: String?

  @Option(help: ArgumentHelp("Whose rules the clouds follow: otc or huawei.", valueName: "dialect"))
  var dialect: CloudDialect = .otc

  @Option(help: ArgumentHelp("Of what scripts log: trace, debug, info, warning or error.", valueName: "level"))
  var logLevel: LogLevel = .info

  @OptionGroup(title: "Limits") var limits: LimitOptions

  func validate() throws {
    if tap, form == .json || form == .yaml {
      throw ValidationError("--tap and --output \(form.rawValue) exclude each other.")
    }
    if filter == "" { throw ValidationError("--filter must be a part of a case's name, got ''.") }
    _ = try timeout()
  }

  private func timeout() throws -> Duration {
    guard let timeout = LuaDuration.parse(caseTimeout), timeout > .zero else {
      throw ValidationError("--case-timeout must be a duration above 0, such as 30s, got '\(caseTimeout)'.")
    }
    return timeout
  }

  /// Runs files, each with its plugins.
  func run(_ files: [(path: String, plugins: PluginChoice?)]) async throws {
    // A reader that has gone would end the process at once, and the clouds' directories would stay.
    signal(SIGPIPE, SIG_IGN)
    if let workerDirectory {
      return await TestWorker(runner: try runner(files, directory: URL(filePath: workerDirectory))).run()
    }
    let console = Console(terminal: .detect(environment: ProcessInfo.processInfo.environment))
    let directory = FileManager.default.temporaryDirectory.appending(path: "slipway-test-\(UUID().uuidString)")
    let images = directory.appending(path: "images")
    do {
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(.failed, "no directory can be made for the clouds: \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    var run = TestRun(
      runner: try runner(files, directory: directory), reporter: reporter(console), filter: filter, failsFast: failFast,
      isWanted: { console.outputFailure == nil })
    let pool = jobs.count == 1 ? nil : try pool(directory)
    run.pool = pool
    let work = Task { [run] in try await run.run(files.map(\.path)) }
    let (outcome, signal) = await SignalledWork.result(of: work) {
      pool?.kill()
      try? FileManager.default.removeItem(at: directory)
    }
    var summary = try outcome.get()
    summary.signal = signal
    run.reporter.end(summary)
    let status = console.reportOutputFailure() ?? summary.status
    if status.code != 0 { throw ExitCode(status.code) }
  }

  private func runner(_ files: [(path: String, plugins: PluginChoice?)], directory: URL) throws -> TestCaseRunner {
    let timeout = try timeout()
    var policy = try limits.policy()
    // A loop without end, which may be shielded from being cancelled, has to meet its own limit in time.
    if let burst = policy.limits.burstTime { policy.limits.burstTime = min(burst, timeout) }
    let settings = TestBench.Settings(
      policy: policy, dialect: dialect, seed: seed, logLevel: logLevel.level,
      environment: ProcessInfo.processInfo.environment, workingDirectory: FileManager.default.currentDirectoryPath,
      directory: directory, images: ExampleImages(directory: directory.appending(path: "images")),
      plugins: Dictionary(files.compactMap { file in file.plugins.map { (file.path, $0) } }, uniquingKeysWith: { $1 }))
    return TestCaseRunner(settings: settings, caseTimeout: timeout)
  }

  /// Children get the words that this process got, and one more behind the command's name.
  private func pool(_ directory: URL) throws -> TestPool {
    var words = Array(CommandLine.arguments.dropFirst())
    let place = words.firstIndex(of: TestCommand.configuration.commandName ?? "test").map { $0 + 1 } ?? words.count
    words.insert(contentsOf: ["--worker-directory", directory.path], at: place)
    return TestPool(size: jobs.count, arguments: words, answerTimeout: try timeout() + .seconds(15))
  }

  private func reporter(_ console: Console) -> any TestReporter {
    switch tap ? .tap : form {
    case .text: TextTestReporter(console: console, isVerbose: verbose)
    case .json: JSONTestReporter(console: console)
    case .yaml: JSONTestReporter(console: console, form: .yaml)
    case .tap: TAPTestReporter(console: console)
    }
  }
}
