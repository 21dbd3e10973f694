import ArgumentParser
import ScriptAPI
import Workbench

/// `slipway repl`: the same modules, line by line.
struct ReplCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Try things line by line: every module is loaded, waiting calls work.",
    discussion: """
      Ctrl-C cancels the line, Ctrl-D leaves. ?NAME shows help on a name, ??NAME a function's source, .help lists what else there is. It also reads from a pipe, for example:

        echo 'ims.quota().used' | slipway repl

      On a terminal it first runs slipway/repl.lua under XDG_CONFIG_HOME (~/.config), where there is one.
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Preflight") var preflight: PreflightFlags

  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  @Flag(help: "Load plugins anew when their files change; after a mistake the old ones stay.")
  var watch = false

  @Flag(help: "Do not run the startup file, slipway/repl.lua under XDG_CONFIG_HOME.")
  var noStartup = false

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Access") var access: AccessOptions

  func validate() throws {
    if options.form != .text {
      throw ValidationError("A session is text; --output \(options.form.rawValue) belongs to run, import and validate.")
    }
  }

  func run() async throws {
    var settings = try options.settings(ledger, preflight).with(plugins, access, watch: watch)
    let policy = try limits.policy()
    let history = HistoryFile.standard()
    // One for all sessions: what a pipe has sent already is for the next one.
    let input = ReplInput(console: Console(terminal: .detect()), history: history)
    while true {
      let switching = CloudReplCommand()
      let status = try await session(settings, policy, input, history, switching)
      guard let cloud = switching.chosen else {
        if status.code != 0 { throw ExitCode(status.code) }
        return
      }
      settings.cloud = cloud
    }
  }

  /// One session on one cloud.
  private func session(
    _ settings: Settings, _ policy: ScriptPolicy, _ input: ReplInput, _ history: HistoryFile?,
    _ switching: CloudReplCommand
  ) async throws -> Workbench.ExitStatus {
    let workplace = try Workplace(settings)
    workplace.announce()
    try await workplace.loadPlugins()
    let desk = LineDesk()
    let context = workplace.context(script: nil, arguments: [], desk: desk)
    let vm = try workplace.makeVM(context, policy)
    let modules = context.modules.map(\.name).filter { !$0.contains(".") }
    let preload = modules.map { "\($0) = require '\($0)'" }.joined(separator: "\n")
    _ = try await vm.run(Array(preload.utf8), name: "preload")
    var options = Repl.Options()
    options.desk = desk
    options.interface = ScriptInterface.describe(context.modules)
    options.history = history
    options.input = input
    options.completions = SessionCompletions(workplace, modules: context.modules.map(\.name))
    if !noStartup { options.startup = Self.startupFile(workplace.environment) }
    options.commands = [
      switching.command(workplace) { name in
        var other = settings
        other.cloud = name
        _ = try CloudChoice(
          other, environment: workplace.environment, workingDirectory: workplace.workingDirectory)
      },
      PluginReplCommand.make(workplace.plugins),
    ]
    options.banner = """
      slipway \(Slipway.version): \(modules.joined(separator: ", ")) are loaded. Try: ims.quota()
      Ctrl-C cancels the line, Ctrl-D leaves, Tab completes, ?ims.import shows help, .help lists commands.
      """
    let status = await Repl(vm: vm, console: workplace.console, options: options).run()
    await workplace.close()
    workplace.tellUnderWay()
    return status
  }

  /// `$XDG_CONFIG_HOME/slipway/repl.lua`, or under `~/.config`.
  static func startupFile(_ environment: [String: String]) -> String? {
    if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return base + "/slipway/repl.lua" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.config/slipway/repl.lua"
  }
}
