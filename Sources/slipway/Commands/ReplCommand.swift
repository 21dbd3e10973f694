import ArgumentParser
import Workbench

/// `slipway repl`: the same modules, line by line.
struct ReplCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Try things line by line: every module is loaded, waiting calls work.",
    discussion: "Ctrl-C cancels the line, Ctrl-D leaves. .help lists what else there is.")

  @OptionGroup var options: CloudOptions

  func run() async throws {
    let workplace = try Workplace(options.settings)
    workplace.announce()
    let context = workplace.context(script: nil, arguments: [])
    let vm = try workplace.makeVM(context)
    for module in context.modules.map(\.name) + ["task"] {
      _ = try await vm.run(Array("\(module) = require '\(module)'".utf8), name: "=repl")
    }
    let status = await Repl(vm: vm, console: workplace.console).run()
    await vm.close()
    await workplace.close()
    if status.code != 0 { throw ExitCode(status.code) }
  }
}
