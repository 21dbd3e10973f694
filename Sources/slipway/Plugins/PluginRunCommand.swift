import ArgumentParser
import Foundation
import LuaHost
import PluginHost
import Workbench

/// `slipway plugin run`: a command that a plugin brings.
struct PluginRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a command of a plugin.",
    discussion: """
      slipway plugin list --output json tells which commands there are. Words after -- are the command's own. What it prints goes to \
      standard output, a number that it returns is the exit status. For example:

        slipway plugin run csv_manifest check -- fleet.csv
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  @Option(help: ArgumentHelp("How long the command may take, such as 90s or 4h.", valueName: "duration"))
  var timeout = "24h"

  @Argument(help: ArgumentHelp("The plugin.", valueName: "name"))
  var name: String

  @Argument(help: ArgumentHelp("Its command.", valueName: "command"))
  var command: String

  @Argument(parsing: .postTerminator, help: ArgumentHelp("Arguments for the command.", valueName: "args"))
  var arguments: [String] = []

  func validate() throws {
    guard let limit = LuaDuration.parse(timeout), limit > .zero else {
      throw ValidationError("--timeout must be a duration such as 90s, 4h or 1h30m, got '\(timeout)'.")
    }
  }

  func run() async throws {
    var settings = try options.settings(ledger).with(plugins)
    settings.printsPlugins = true
    let workplace = try Workplace(settings)
    try await workplace.loadPlugins()
    guard let host = workplace.plugins?.host, host.names.contains(name) else {
      await workplace.close()
      throw CommandFailure(
        .usage, "there is no plugin '\(DisplayText.harmless(name))' in this session",
        hint: "name it in slipway.yaml, or with --plugin DIR")
    }
    let limit = LuaDuration.parse(timeout) ?? .seconds(86_400)
    let (name, command, arguments) = (name, command, arguments)
    let work = Task { try await host.run(command, of: name, arguments, limit: limit) }
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { _ in work.cancel() }
    defer { trap.cancel() }
    let outcome = await work.result
    await workplace.close()
    switch outcome {
    case .success(let code):
      if let status = workplace.console.reportOutputFailure() { throw ExitCode(status.code) }
      if code != 0 { throw ExitCode(code) }
    case .failure(let error): throw workplace.fail(error)
    }
  }
}
