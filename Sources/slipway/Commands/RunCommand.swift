import ArgumentParser
import LuaHost
import Workbench

/// `slipway run`: a workflow.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a Lua workflow.",
    discussion: """
      Words after -- are the script's: they are in its `...`, in `arg` and in the module `args`. \
      Ctrl-C detaches: jobs go on in the cloud. For example:

        slipway run --dry-run fleet.lua
        slipway run fleet.lua
        slipway run --cloud otc fleet.lua -- --wave=2
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Preflight") var preflight: PreflightFlags

  @OptionGroup(title: "Record") var tape: RecordOptions
  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  @Flag(help: "Load plugins anew when their files change; after a mistake the old ones stay.")
  var watch = false

  @OptionGroup(title: "Dry run") var rehearsal: DryRunOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Access") var access: AccessOptions

  @Argument(
    help: ArgumentHelp("The workflow; - reads standard input.", valueName: "file"),
    completion: .file(extensions: ["lua"]))
  var script: String

  @Argument(parsing: .postTerminator, help: ArgumentHelp("Arguments for the script.", valueName: "args"))
  var arguments: [String] = []

  func validate() throws {
    try tape.validate(with: options, ledger)
    guard rehearsal.dryRun else { return try OutputForm.refuseTable(options.form) }
    if limits.allow != nil {
      throw ValidationError(
        "--allow gives the script the machine itself, which --dry-run cannot keep it from changing.")
    }
    if watch { throw ValidationError("--watch and --dry-run exclude each other.") }
    if tape.record != nil || tape.replay != nil {
      throw ValidationError(RecordOptions.excludesDryRun)
    }
  }

  func run() async throws {
    if rehearsal.dryRun { return try await dryRun() }
    let name = script == "-" ? nil : script.split(separator: "/").last.map(String.init)
    let workplace = try Workplace(
      options.settings(ledger, preflight).with(plugins, access, watch: watch).with(tape, script: name))
    workplace.announce()
    try await workplace.loadPlugins()
    let context = workplace.context(script: script == "-" ? nil : script, arguments: arguments)
    let policy = try limits.policy()
    let words = LuaTable(array: arguments.map { .string($0) }, entries: [(key: .integer(0), value: .string(script))])
    var hooks = ScriptRunner.Hooks { _ in
      let vm = try workplace.makeVM(context, policy)
      try await vm.setGlobal("arg", .table(words))
      return vm
    }
    hooks.jobsUnderWay = { workplace.jobs.underWay }
    hooks.finished = { workplace.progress?.finish() }
    hooks.json = workplace.json
    hooks.settle = { workplace.tape?.settle($0) ?? $0 }
    workplace.tape?.start()
    let ended = await ScriptRunner(console: workplace.console, hooks: hooks).run(path: script, arguments: arguments)
    let status = await workplace.close(ended)
    if [ExitStatus.detached, .interrupted].contains(status) { workplace.tellHowToGoOn() }
    if status.code != 0 { throw ExitCode(status.code) }
  }
}
