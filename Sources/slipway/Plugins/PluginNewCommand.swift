import ArgumentParser
import CloudAccess
import Foundation
import PluginHost
import Workbench

/// `slipway plugin new`.
struct PluginNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a plugin that works, with a test that passes.",
    discussion: """
      Writes plugins/NAME with plugin.yaml, main.lua, a test and a README, and prints their paths. For example:

        slipway plugin new cost_centre
      """)

  @Argument(help: ArgumentHelp("The plugin's name: a to z, 0 to 9 and _.", valueName: "name"))
  var name: String

  @Option(
    help: ArgumentHelp("Where to make its directory; ./plugins by default.", valueName: "dir"), completion: .directory)
  var directory = "plugins"

  func validate() throws {
    guard PluginAPI.isName(name) else {
      throw ValidationError(
        "'\(name)' cannot be a plugin's name: a to z, 0 to 9 and _, beginning with a letter, at most 40.")
    }
  }

  func run() throws {
    let console = Console(terminal: .detect())
    let place = directory + "/" + name
    guard !FileManager.default.fileExists(atPath: place) else {
      throw CommandFailure(.refused, "'\(place)' is there already; nothing was changed.", hint: "choose another name")
    }
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      for file in PluginScaffold.files(name) {
        try file.text.write(toFile: "\(place)/\(file.path)", atomically: true, encoding: .utf8)
        console.print("\(place)/\(file.path)")
      }
    } catch {
      throw CommandFailure(.failed, "'\(place)' cannot be written: \(SystemErrorText.text(error))")
    }
    console.note("Name it under plugins in slipway.yaml to load it; try it with: slipway plugin test \(name)")
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
