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
    let work = Task { try await run.plan() }
    let (outcome, signal) = await SignalledWork.result(of: work)
    await workplace.close()
    if let signal {
      workplace.console.note("Interrupted; nothing was sent.")
      throw ExitCode(ExitStatus(signal).code)
    }
    switch outcome {
    case .failure(let error as CommandFailure): throw error
    case .failure(let error): throw workplace.fail(error)
    case .success(let plan):
      let console = workplace.console
      let text = options.form.data(plan.json) ?? DryRunText(plan: plan, terminal: console.terminal).text
      console.write(Array(text.utf8))
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
      if plan.status.code != 0 { throw ExitCode(plan.status.code) }
    }
  }
}
