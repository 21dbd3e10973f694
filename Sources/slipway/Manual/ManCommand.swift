import ArgumentParser
import Foundation
import Workbench

/// `slipway man`: the manual page, for packages and for `man -l`.
struct ManCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man", abstract: "Print the manual page.",
    discussion: """
      It is made from the commands themselves. For example:

        slipway man | man -l -
      """)

  func run() throws {
    let dump = try JSONDecoder().decode(CommandHelp.Dump.self, from: Data(Slipway._dumpHelp().utf8))
    let console = Console(terminal: .detect())
    console.write(Array(ManualPage(dump.command, version: Slipway.version).text.utf8))
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
