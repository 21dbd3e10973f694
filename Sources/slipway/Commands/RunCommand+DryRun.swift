import ArgumentParser
import Foundation
import Synchronization
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
    let received = Mutex<SignalTrap.Signal?>(nil)
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { signal in
      let isFirst = received.withLock { received in
        defer { received = received ?? signal }
        return received == nil
      }
      guard isFirst else { _exit(ExitStatus(signal).code) }
      work.cancel()
    }
    defer { trap.cancel() }
    let outcome = await work.result
    await workplace.close()
    if let signal = received.withLock({ $0 }) {
      workplace.console.note("Interrupted; nothing was sent.")
      throw ExitCode(ExitStatus(signal).code)
    }
    switch outcome {
    case .failure(let error as CommandFailure): throw error
    case .failure(let error): throw workplace.fail(error)
    case .success(let plan):
      let console = workplace.console
      if options.form == .json {
        console.print(plan.json.serialized())
      } else {
        console.write(Array(DryRunText(plan: plan, terminal: console.terminal).text.utf8))
      }
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
      if plan.status.code != 0 { throw ExitCode(plan.status.code) }
    }
  }
}
