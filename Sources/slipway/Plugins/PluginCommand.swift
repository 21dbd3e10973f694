import ArgumentParser
import Workbench

/// `slipway plugin`: make, look at, test, pin and run plugins.
struct PluginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Make, list, test, lock, allow and check plugins, and run their commands.",
    discussion: """
      A plugin is a directory with plugin.yaml and Lua files. Those that slipway.yaml names are loaded by run, repl, import and \
      validate. For example:

        slipway plugin new cost_centre
        slipway plugin test cost_centre
        slipway plugin lock
        slipway plugin allow
      """,
    subcommands: [
      PluginNewCommand.self, PluginListCommand.self, PluginTestCommand.self, PluginLockCommand.self,
      PluginAllowCommand.self,
      PluginDoctorCommand.self, PluginRunCommand.self,
    ])
}
