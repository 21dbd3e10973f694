import ArgumentParser
import Workbench

/// `slipway test`: the tests of workflows.
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests of workflows against local clouds on a virtual clock.",
    discussion: """
      Runs the cases of *_test.lua files. Each case has a Lua VM, a local cloud and a clock of its own; hours of waiting \
      pass at once. No configured cloud and no record of imports is touched, and plugins are loaded only where --plugin or \
      --project names them. For example:

        slipway test
        slipway test fleet_test.lua --filter quota
        slipway test --tap tests

      Exit status: 0 all passed; 1 a case failed; 2 a file cannot be run; 64 wrong use, or no tests; 130 interrupted.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files, or directories in which *_test.lua is looked for; the current directory by default.", valueName: "path"),
    completion: .file(extensions: ["lua"]))
  var paths: [String] = ["."]

  @OptionGroup var options: TestOptions
  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  func run() async throws {
    let choice = plugins.choice.isExplicit && !plugins.noPlugins ? plugins.choice : nil
    try await options.run(try TestFiles.find(paths).map { ($0, choice) })
  }
}
