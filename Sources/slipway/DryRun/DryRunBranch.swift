import CloudAccess
import Foundation
import ImageImport
import Logging
import LuaHost
import ScriptAPI
import Workbench

/// One run of a script in a world of its own: a clock that jumps, a copy of the ledger, plugins loaded anew, and a transport that lets
/// nothing but questions through.
struct DryRunBranch: Sendable {
  /// What all branches have in common.
  struct World: Sendable {
    var workplace: Workplace
    var profile: CloudProfile
    var records: [ImportRecord]
    var reads: DryRunReads
    var script: ScriptFile
    var path: String
    var arguments: [String]
    var policy: ScriptPolicy
    var start: Date
  }

  /// A script that sleeps longer than this never ends.
  static let longest = Duration.seconds(100 * 86_400)

  let world: World
  let assumptions: [DryRunAssumption]
  /// The first branch, whose output and logs are shown.
  let isMain: Bool
  /// Real time for one of the others.
  var limit: Duration?
  var mostCalls = DryRunBook.mostCalls

  func run() async throws -> DryRunOutcome {
    let workplace = world.workplace
    let time = VirtualTime(now: world.start)
    let book = DryRunBook(assuming: assumptions, start: world.start, mostCalls: mostCalls)
    let printed = BoundedSink(limit: 1 << 20)
    let console = isMain ? workplace.console : Self.silent
    let logger = isMain ? workplace.logger : Logger(label: "slipway") { _ in SwiftLogNoOpLogHandler() }
    let store = InMemoryRecordStore(records: world.records)
    let plugins = try workplace.options.plugins.flatMap { choice in
      choice.isOff
        ? nil
        : try PluginSession(
          choice, environment: workplace.environment, workingDirectory: workplace.workingDirectory, console: console,
          json: nil)
    }
    let layer = workplace.options.layer
    let isPathStyle = world.profile.objectStoragePathStyle
    let reads = world.reads
    let sinks: [(any ImportEventSink)?] = [book, plugins?.host]
    let runtime = CloudRuntime(
      choice: .remote(world.profile, source: nil), scale: 1, events: EventFanOut(sinks.compactMap(\.self)),
      logger: logger, environment: workplace.environment, ledger: LedgerAccess(store: store),
      requestsPerSecond: workplace.options.requestsPerSecond, concurrentImports: workplace.options.concurrentImports,
      hooks: plugins?.host ?? NoHooks(), time: time,
      layer: { transport in
        DryRunTransport(
          below: layer?(transport) ?? transport, book: book, reads: reads, isPathStyle: isPathStyle,
          now: { time.now })
      }, isRehearsal: true)
    var context = workplace.context(
      script: world.path == "-" ? nil : world.path, arguments: world.arguments)
    context.time = time
    context.logger = logger
    context.cloud = runtime.connector
    context.rehearsal = book
    context.openHistory = { store }
    context.observeFile = { _, _ in }
    context.askAboutLostImport = nil
    context.submission.onNotFound = .fail
    context.hooks = NoHooks()
    context.extraModules = []
    let (webLayer, environment) = (workplace.options.webLayer, workplace.environment)
    context.web = WebClient(time: time) {
      let transport = AsyncHTTPTransport(proxyEnvironment: environment)
      return DryRunWebTransport(below: webLayer?(transport) ?? transport, reads: reads)
    }
    try await plugins?.load(context)
    if let host = plugins?.host {
      context.hooks = host
      context.extraModules = host.scriptModules
    }
    let result = await run(context, time, book, console, printed)
    await plugins?.host.finish()
    await runtime.shutdown()
    return outcome(book, printed.text, result)
  }

  private static let silent: Console = {
    let plain = Terminal(environment: [:], inputIsTerminal: false, outputIsTerminal: false, errorIsTerminal: false)
    return Console(terminal: plain, output: BoundedSink(limit: 0), error: BoundedSink(limit: 0))
  }()

  private func run(
    _ context: ScriptContext, _ time: VirtualTime, _ book: DryRunBook, _ console: Console, _ printed: BoundedSink
  ) async -> Result<Void, any Error> {
    let (world, isMain) = (world, isMain)
    let work = Task {
      let vm = try Self.makeVM(context, world.policy, book) { bytes in
        printed.write(bytes)
        guard isMain else { return }
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        let lines = String(decoding: text, as: UTF8.self).replacing("\t", with: "  ")
        console.note("script: \(DisplayText.harmless(lines, keepingLines: true))")
      }
      do {
        let words = LuaTable(
          array: world.arguments.map { .string(LuaString($0)) },
          entries: [(key: .integer(0), value: .string(LuaString(world.path)))])
        try await vm.setGlobal("arg", .table(words))
        _ = try await vm.run(Array("math.randomseed(1)".utf8), name: "slipway run --dry-run")
        _ = try await vm.run(
          world.script.bytes, name: world.script.path, arguments: world.arguments.map { .string(LuaString($0)) })
        await vm.close()
      } catch {
        await vm.close()
        throw error
      }
    }
    book.setStop { work.cancel() }
    let watches = [
      Task {
        try await time.sleep(for: Self.longest)
        book.stop("it waits for more than 100 days")
      },
      Task { [limit] in
        guard let limit else { return }
        try await Task.sleep(for: limit)
        book.stop("it did not end within \(Int(limit.inSeconds.rounded())) s")
      },
    ]
    let result = await withTaskCancellationHandler {
      await work.result
    } onCancel: {
      work.cancel()
    }
    for watch in watches { watch.cancel() }
    return result
  }

  private static func makeVM(
    _ context: ScriptContext, _ policy: ScriptPolicy, _ book: DryRunBook, output: @escaping @Sendable ([UInt8]) -> Void
  ) throws -> LuaVM {
    var configuration = LuaVM.Configuration(
      modules: context.modules, searchPath: [context.resolve(context.scriptDirectory), context.resolve("lua")],
      limits: policy.limits, output: output)
    configuration.sandbox = policy.sandbox
    configuration.clock = SessionClock(time: context.time)
    configuration.around = { arguments, body in
      book.count()
      return try await ScriptCall.$current.withValue(ScriptCall(arguments)) { try await body() }
    }
    configuration.unobservedFailure = { _ in }
    configuration.warning = { _ in }
    return try LuaVM(configuration)
  }

  private func outcome(_ book: DryRunBook, _ output: String, _ result: Result<Void, any Error>) -> DryRunOutcome {
    let (sites, requests, stopped, callCount) = book.state.withLock { state in
      (
        state.askOrder.map { site in (site, (state.asks[site] ?? []).compactMap(\.self).min()) }, state.requests,
        state.stopped, state.callCount
      )
    }
    return DryRunOutcome(
      assumptions: assumptions, steps: book.steps, sites: sites, output: output, callCount: callCount,
      ending: DryRunEnding(result, script: world.script, stopped: stopped), quota: book.quota, requests: requests)
  }
}
