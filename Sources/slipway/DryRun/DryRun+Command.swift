import ArgumentParser
import Workbench

/// What a dry run is to the commands that have one.
extension DryRun {
  /// Makes the plan and closes the workplace; a signal ends it.
  /// - Throws: `CommandFailure`; `ExitCode` of the signal.
  func planned() async throws -> DryRunPlan {
    let work = Task { try await plan() }
    let (outcome, signal) = await SignalledWork.result(of: work)
    await workplace.close()
    if let signal {
      workplace.console.note("Interrupted; nothing was sent.")
      throw ExitCode(ExitStatus(signal).code)
    }
    switch outcome {
    case .success(let plan): return plan
    case .failure(let error as CommandFailure): throw error
    case .failure(let error): throw workplace.fail(error)
    }
  }

  /// Prints what is made of a plan, and ends as the plan does.
  /// - Throws: `ExitCode`, unless all is well.
  func end(_ plan: DryRunPlan, printing text: String) throws {
    workplace.console.write(Array(text.utf8))
    if let status = workplace.console.reportOutputFailure() { throw ExitCode(status.code) }
    if plan.status.code != 0 { throw ExitCode(plan.status.code) }
  }
}
