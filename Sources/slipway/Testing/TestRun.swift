import Foundation
import Workbench

/// Runs the cases of test files, one after another or some at a time, and tells a reporter in their order.
struct TestRun: Sendable {
  let runner: TestCaseRunner
  let reporter: any TestReporter
  /// Only cases whose name contains this text.
  var filter: String?
  /// End after the first failure.
  var failsFast = false
  /// Whether anybody still reads what comes out.
  var isWanted: @Sendable () -> Bool = { true }
  /// The processes that run cases side by side; nil runs them in this one.
  var pool: TestPool?

  /// Runs everything; cancelling the surrounding task ends what is under way and leaves out the rest.
  /// - Throws: `CommandFailure` when no case matches the filter, or no process can be started.
  func run(_ files: [String]) async throws -> TestSummary {
    let start = ContinuousClock.now
    var steps: [TestPlan.Step] = []
    for file in files where !Task.isCancelled { steps += await runner.plan(file, filter: filter).steps }
    if steps.isEmpty, let filter, !Task.isCancelled {
      throw CommandFailure(
        .usage, "no case has a name with '\(DisplayText.harmless(filter))' in it", hint: "upper and lower case matter")
    }
    reporter.begin(count: steps.count)
    let line = TestLine(steps: steps, reporter: reporter, failsFast: failsFast, isWanted: isWanted)
    if let pool { try await pool.run(line) } else { await runAll(line) }
    var summary = await line.summary
    summary.duration = start.duration(to: .now)
    return summary
  }

  private func runAll(_ line: TestLine) async {
    while let (number, task) = await line.next() {
      guard let outcome = await runner.run(task) else { return }
      await line.take(outcome, number)
    }
  }
}
