import ArgumentParser
import CloudAccess
import Foundation
import PluginHost
import Workbench

/// `slipway plugin doctor`.
struct PluginDoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Say what would be loaded, in which order hooks come, and what is wrong.",
    discussion: """
      Loads every plugin into a VM of its own, as a run would, without any import; then takes them away again. Ends with 78 when \
      something is wrong.
      """)

  @OptionGroup var plugins: PluginOptions

  func run() async throws {
    var base = Settings()
    base.ledger = LedgerAccess.none
    let workplace = try Workplace(base, quiet: true)
    let console = workplace.console
    let settings = try PluginSession.attempt {
      try plugins.choice.settings(environment: workplace.environment, workingDirectory: workplace.workingDirectory)
    }
    let plan = await PluginPlan(settings)
    console.print("project file  \(settings.project.path ?? "none")")
    let isLocked = FileManager.default.fileExists(atPath: settings.project.lockPath)
    console.print("lock          \(isLocked ? settings.project.lockPath : "none")")
    for directory in settings.finder.directories { console.print("search path   \(directory)") }
    var problems = plan.problems
    for candidate in plan.candidates { tell(candidate, console) }
    if problems.isEmpty, plan.candidates.contains(where: \.isLoadable) {
      problems += await load(workplace, console)
    }
    await workplace.close()
    for problem in problems { console.note("error: \(DisplayText.harmless(problem.description, keepingLines: true))") }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    if !problems.isEmpty { throw ExitCode(ExitStatus.configuration.code) }
    console.print(plan.candidates.isEmpty ? "\nno plugins" : "\nall is well")
  }

  private func tell(_ candidate: PluginCandidate, _ console: Console) {
    let row = PluginRow(candidate, isNamed: true)
    let version = candidate.manifest.map { " \($0.version)" } ?? ""
    console.print("\n\(DisplayText.harmless(candidate.name))\(version): \(row.state)")
    if let directory = candidate.directory { console.print("  directory   \(DisplayText.harmless(directory))") }
    if candidate.lock != .none { console.print("  lock        \(candidate.lock.rawValue)") }
    for request in candidate.manifest?.requests ?? [] {
      let isGranted = !candidate.ungranted.contains(request)
      let state = isGranted ? "granted" : request.isOptional ? "not granted, optional" : "NOT GRANTED"
      let reason = request.reason.map { " – \($0)" } ?? ""
      console.print(
        "  asks for    \(DisplayText.harmless("\(request.capability)")): \(state)\(DisplayText.harmless(reason))")
    }
    for grant in candidate.superfluous {
      console.print("  granted     \(DisplayText.harmless("\(grant)")): not asked for, without effect")
    }
    for field in candidate.manifest?.config ?? [] {
      let state = field.isRequired ? "required" : field.hasDefault ? "has a default" : "optional"
      console.print(
        "  setting     \(field.name): \(field.kind.rawValue), \(state)\(field.doc.isEmpty ? "" : " – \(DisplayText.harmless(field.doc))")"
      )
    }
  }

  private func load(_ workplace: Workplace, _ console: Console) async -> [PluginProblem] {
    do {
      guard
        let session = try PluginSession(
          plugins.choice, environment: workplace.environment, workingDirectory: workplace.workingDirectory,
          console: console, json: nil)
      else { return [] }
      let problems = await session.tryLoading(workplace.context(script: nil, arguments: []))
      if problems.isEmpty {
        for (hook, names) in session.host.order {
          console.print("\n\(hook.rawValue): \(names.joined(separator: ", "))")
        }
      }
      await session.host.finish()
      return problems
    } catch {
      return [PluginProblem(place: "plugins", message: "\(error)")]
    }
  }
}
