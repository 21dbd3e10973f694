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
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Preflight") var preflight: PreflightFlags

  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  @Flag(help: "Load plugins anew when their files change; after a mistake the old ones stay.")
  var watch = false

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Access") var access: AccessOptions

  func validate() throws {
    if options.form == .json {
      throw ValidationError("A session has no JSON form; --output json belongs to run, import and validate.")
    }
  }

  func run() async throws {
    let workplace = try Workplace(options.settings(ledger, preflight).with(plugins, access, watch: watch))
    workplace.announce()
    try await workplace.loadPlugins()
    let desk = LineDesk()
    let context = workplace.context(script: nil, arguments: [], desk: desk)
    let vm = try workplace.makeVM(context, limits.policy())
    let modules = context.modules.map(\.name).filter { !$0.contains(".") }
    let preload = modules.map { "\($0) = require '\($0)'" }.joined(separator: "\n")
    _ = try await vm.run(Array(preload.utf8), name: "preload")
    var options = Repl.Options()
    options.desk = desk
    options.interface = ScriptInterface.describe(context.modules)
    options.history = .standard()
    options.commands = [PluginReplCommand.make(workplace.plugins)]
    options.banner = """
      slipway \(Slipway.version): \(modules.joined(separator: ", ")) are loaded. Try: ims.quota()
      Ctrl-C cancels the line, Ctrl-D leaves, ?ims.import shows help, .help lists commands.
      """
    let status = await Repl(vm: vm, console: workplace.console, options: options).run()
    await workplace.close()
    if status.code != 0 { throw ExitCode(status.code) }
  }
}
