import Foundation
import PluginHost
import Workbench

/// What `PluginOptions` say, as a plain value.
struct PluginChoice: Sendable {
  var project: String?
  var plugins: [String] = []
  var assignments: [String] = []
  var grants: [String] = []
  var isOff = false
  var trustsGrants = false
  var isWatching = false
  /// The directory of the plugin that is being tested.
  var tested: String?

  /// Whether anything was said about plugins.
  var isExplicit: Bool { project != nil || !plugins.isEmpty }

  /// The settings that follow from it; the project file is read anew each time.
  ///
  /// - Throws: ``PluginFailure``.
  func settings(environment: [String: String], workingDirectory: String) throws -> PluginSettings {
    let file = try Self.project(project, workingDirectory: workingDirectory)
    let finder = PluginFinder.standard(
      project: file.directory, environment: environment,
      bundled: PluginFinder.bundled(executable: Bundle.main.executablePath ?? CommandLine.arguments[0]))
    var settings = PluginSettings(project: file, finder: finder, environment: environment)
    settings.entries = plugins.map { PluginEntry(path: Self.absolute($0, workingDirectory), place: "--plugin \($0)") }
    settings.standing = trust(environment).standing(of: file)
    settings.allowingCommand = allowingCommand
    if tested != nil {
      settings.isTesting = true
      settings.takesNamedOnly = true
    }
    var problems: [PluginProblem] = []
    for text in assignments { Self.collect(&problems) { try settings.assign(text) } }
    for text in grants { Self.collect(&problems) { try settings.grant(text, workingDirectory: workingDirectory) } }
    guard problems.isEmpty else { throw PluginFailure(problems) }
    return settings
  }

  /// Which project files are allowed to grant.
  func trust(_ environment: [String: String]) -> ProjectTrust {
    ProjectTrust(environment: environment, trustsAll: trustsGrants)
  }

  /// The command that allows this project file.
  var allowingCommand: String { "slipway plugin allow" + (project.map { " --project \(ShellWord.quoted($0))" } ?? "") }

  /// The project file of that path, or the one in the working directory or above.
  ///
  /// - Throws: ``PluginFailure`` with every mistake.
  static func project(_ path: String?, workingDirectory: String) throws -> ProjectFile {
    guard let path else { return try ProjectFile.find(from: workingDirectory) }
    return try ProjectFile(path: absolute(path, workingDirectory), place: path)
  }

  private static func collect(_ problems: inout [PluginProblem], _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      problems += (error as? PluginFailure)?.problems ?? []
    }
  }

  private static func absolute(_ path: String, _ workingDirectory: String) -> String {
    path.hasPrefix("/") ? path : workingDirectory + "/" + path
  }
}
