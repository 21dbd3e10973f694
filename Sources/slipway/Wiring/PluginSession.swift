import CloudAccess
import Foundation
import ImageImport
import PluginHost
import ScriptAPI
import Workbench

/// The plugins of a command, from its options to the console.
struct PluginSession: Sendable {
  let host: PluginHost
  private let console: Console
  private let json: JSONEventWriter?
  private let trace: ImportTrace?
  private let printsToOutput: Bool

  /// Nil where there is nothing to load, so that a session without plugins costs nothing.
  ///
  /// - Throws: `CommandFailure` of status 78 for a mistake in the project file.
  init?(
    _ choice: PluginChoice, environment: [String: String], workingDirectory: String, console: Console,
    json: JSONEventWriter?, trace: ImportTrace? = nil, time: any TimeSource = SystemTime(), printsToOutput: Bool = false
  ) throws {
    let isEmpty = try Self.attempt {
      try choice.settings(environment: environment, workingDirectory: workingDirectory).isEmpty
    }
    if isEmpty, choice.grants.isEmpty, choice.assignments.isEmpty { return nil }
    self.trace = trace
    host = PluginHost(time: time) { try choice.settings(environment: environment, workingDirectory: workingDirectory) }
    self.console = console
    self.json = json
    self.printsToOutput = printsToOutput
  }

  /// Loads the plugins into a session's world.
  ///
  /// - Throws: `CommandFailure` of status 78 with every mistake.
  func load(_ context: ScriptContext) async throws {
    let problems = await tryLoading(context)
    if !problems.isEmpty { throw Self.commandFailure(PluginFailure(problems)) }
  }

  /// Loads the plugins, or says why not.
  func tryLoading(_ context: ScriptContext) async -> [PluginProblem] {
    let (console, json, printsToOutput) = (console, json, printsToOutput)
    let world = PluginWorld(
      context: context, clock: SessionClock(time: context.time), trace: trace,
      report: { Self.tell($0, console, json) },
      output: { name, bytes in
        if printsToOutput { return console.write(bytes) }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        // The name stands before every line, or a plugin could speak in another's.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          console.note("\(name): \(DisplayText.harmless(String(line), keepingLines: true))")
        }
      })
    do {
      try await host.load(world)
      return []
    } catch {
      return (error as? PluginFailure)?.problems ?? [PluginProblem(place: "plugins", message: "\(error)")]
    }
  }

  /// Loads the plugins anew, and says how that went; after a mistake the old ones stay.
  func reload() async {
    do {
      try await host.reload()
      console.note("Plugins loaded anew: \(host.names.joined(separator: ", "))")
    } catch {
      let problems = (error as? PluginFailure)?.problems ?? [PluginProblem(place: "plugins", message: "\(error)")]
      for problem in problems {
        Self.tell(
          PluginNotice(plugin: "reload", kind: .reload, message: problem.description, hint: "the old plugins stay"),
          console, json)
      }
    }
  }

  /// Shows a notice on standard error, and as an event where events are asked for.
  static func tell(_ notice: PluginNotice, _ console: Console, _ json: JSONEventWriter?) {
    json?.write(notice.json)
    let paint = console.terminal.errorPaint
    var text =
      "\(paint(.yellow, "warning:")) plugin \(notice.plugin): \(DisplayText.harmless(notice.message))"
    if let hint = notice.hint { text += "\n  hint: \(DisplayText.harmless(hint))" }
    console.note(text)
  }

  static func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as PluginFailure {
      throw commandFailure(failure)
    }
  }

  static func commandFailure(_ failure: PluginFailure) -> CommandFailure {
    let count = failure.problems.count
    let lines = failure.problems.map { DisplayText.harmless($0.description, keepingLines: true) }
    return CommandFailure(
      .configuration, (count == 1 ? "" : "\(count) mistakes in the project:\n") + lines.joined(separator: "\n"))
  }
}
