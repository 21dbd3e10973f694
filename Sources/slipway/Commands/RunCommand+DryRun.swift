import ArgumentParser
import Foundation
import Workbench

extension RunCommand {
  /// Prints what the script would do.
  func dryRun() async throws {
    let workplace = try Workplace(options.settings(ledger, preflight).with(plugins, access), quiet: true)
    workplace.announce()
    let file: ScriptFile
    do {
      file = try ScriptFile(path: script)
    } catch {
      throw workplace.fail(error)
    }
    let run = DryRun(
      workplace: workplace, script: file, path: script, arguments: arguments, policy: try limits.policy(),
      mostBranches: rehearsal.maxBranches ?? 16)
    let plan = try await run.planned()
    try run.end(
      plan, printing: options.form.data(plan.json) ?? DryRunText(plan: plan, terminal: workplace.console.terminal).text)
  }
}
