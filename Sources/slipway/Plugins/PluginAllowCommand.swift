import ArgumentParser
import Foundation
import PluginHost
import Workbench

/// `slipway plugin allow`.
struct PluginAllowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow", abstract: "Let the project file grant to its plugins what it grants, as it is now.",
    discussion: """
      A project file comes from the same hands as the plugins beside it, so what it grants counts only on machines where its user has said so. \
      Look at what is printed. A change of slipway.yaml or slipway.lock.yaml takes the permission away.
      """)

  @Option(
    help: ArgumentHelp(
      "The project file; by default slipway.yaml in the working directory or above.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var project: String?

  @Flag(help: "Take the permission away again.")
  var revoke = false

  func run() async throws {
    let console = Console(terminal: .detect())
    let environment = ProcessInfo.processInfo.environment
    let file = try PluginSession.attempt {
      try PluginChoice.project(project, workingDirectory: FileManager.default.currentDirectoryPath)
    }
    guard let path = file.path else {
      throw CommandFailure(
        .configuration, "there is no \(ProjectFile.fileName) here or above", hint: "name it with --project FILE")
    }
    let trust = ProjectTrust(environment: environment)
    if revoke {
      console.print((trust.revoke(file) ? "no longer allowed  " : "was not allowed  ") + DisplayText.harmless(path))
    } else {
      try PluginSession.attempt { try trust.allow(file) }
      console.print("allowed  " + DisplayText.harmless(path))
      for line in GrantQuestion.lines(file) { console.print(line) }
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
