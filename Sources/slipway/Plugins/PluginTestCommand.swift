import ArgumentParser
import Foundation
import PluginHost
import Workbench

/// `slipway plugin test`.
struct PluginTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the tests of plugins against local clouds on a virtual clock.",
    discussion: """
      Runs the *_test.lua files of the named plugins, or of all that are in ./plugins. Each case loads the plugin anew, with a VM, a \
      local cloud and a clock of its own. The configuration is that of slipway.yaml, else that under tests in the manifest; what was not \
      granted is denied when it is used. For example:

        slipway plugin test cost_centre
      """)

  @Argument(
    help: ArgumentHelp("Plugins by name, or their directories; all in ./plugins by default.", valueName: "plugin"),
    completion: .directory)
  var names: [String] = []

  @OptionGroup var test: TestOptions
  @OptionGroup(title: "Plugins") var plugins: PluginOptions

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let directory = FileManager.default.currentDirectoryPath
    let settings = try PluginSession.attempt {
      try plugins.choice.settings(environment: environment, workingDirectory: directory)
    }
    var files: [(String, PluginChoice)] = []
    for place in try places(settings, directory) {
      var choice = plugins.choice
      choice.plugins.insert(place, at: 0)
      choice.tested = place
      for file in try TestFiles.find([place]) { files.append((file, choice)) }
    }
    try await test.run(files)
  }

  private func places(_ settings: PluginSettings, _ directory: String) throws -> [String] {
    if names.isEmpty {
      if FileManager.default.fileExists(atPath: "plugin.yaml") { return ["."] }
      let found = PluginFinder(directories: ["plugins"]).names.map { "plugins/" + $0 }
      guard !found.isEmpty else {
        throw CommandFailure(
          .usage, "there are no plugins in ./plugins", hint: "name one, or make one with `slipway plugin new NAME`")
      }
      return found
    }
    return try names.map { name in
      if FileManager.default.fileExists(atPath: name + "/plugin.yaml") { return name }
      if let entry = settings.project.plugins.first(where: { $0.name == name }), let path = entry.path { return path }
      if PluginAPI.isName(name), let found = settings.finder.find(name) {
        return found.hasPrefix(directory + "/") ? String(found.dropFirst(directory.count + 1)) : found
      }
      throw CommandFailure(
        .usage, "there is no plugin '\(DisplayText.harmless(name))'",
        hint: "looked in \(settings.finder.directories.joined(separator: ", "))")
    }
  }
}
