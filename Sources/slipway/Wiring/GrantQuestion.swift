import Foundation
import PluginHost
import Workbench

/// Asks on the terminal whether a project file may grant to its plugins what it grants.
enum GrantQuestion {
  /// What the file grants, a line each.
  static func lines(_ project: ProjectFile) -> [String] {
    let grants = project.grants
    if grants.isEmpty { return ["  it grants nothing"] }
    let width = grants.map { DisplayText.width(DisplayText.harmless($0.plugin)) }.max() ?? 0
    return grants.map { grant in
      "  " + DisplayText.padded(DisplayText.harmless(grant.plugin), to: width) + "  "
        + DisplayText.harmless(grant.capability.description)
    }
  }

  /// Asks where that is possible and the file is not allowed; a yes is remembered.
  ///
  /// - Throws: `CommandFailure` where it cannot be remembered.
  static func ask(
    _ choice: PluginChoice, environment: [String: String], workingDirectory: String, console: Console
  ) throws {
    guard !choice.isOff, choice.tested == nil, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
    let project = try PluginSession.attempt {
      try PluginChoice.project(choice.project, workingDirectory: workingDirectory)
    }
    let trust = choice.trust(environment)
    let standing = trust.standing(of: project)
    guard standing != .allowed, let path = project.path else { return }
    console.note("\(DisplayText.harmless(path)) grants to its plugins:")
    for line in lines(project) { console.note(line) }
    console.note(
      (standing == .changed ? "It or its lock has changed since it was allowed." : "Nobody has allowed that yet.")
        + " Allow it? y or n")
    guard let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased(), ["y", "yes"].contains(answer)
    else { return }
    try PluginSession.attempt { try trust.allow(project) }
  }
}
