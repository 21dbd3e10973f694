import CloudAccess
import Foundation
import LuaHost
import ScriptAPI
import Synchronization
import Workbench

/// Runs the cases of test files one after another, each on a bench of its own, and tells a reporter.
struct TestRun: Sendable {
  let settings: TestBench.Settings
  let reporter: any TestReporter
  /// Only cases whose name contains this text.
  var filter: String?
  /// End after the first failure.
  var failsFast = false
  /// Whether anybody still reads what comes out.
  var isWanted: @Sendable () -> Bool = { true }
  /// Real time a case may take.
  var caseTimeout = Duration.seconds(30)

  private struct Plan {
    var file: String
    /// What is to be run, or why the file cannot be.
    var content: Result<(script: ScriptFile, cases: [TestSession.Case]), ReportedFailure>
  }

  private struct ReportedFailure: Error {
    var report: ErrorReport
  }

  /// Runs everything; cancelling the surrounding task ends the case under way and leaves out the rest.
  /// - Throws: `CommandFailure` when no case matches the filter.
  func run(_ files: [String]) async throws -> TestSummary {
    let start = ContinuousClock.now
    var plans: [Plan] = []
    for file in files where !Task.isCancelled { plans.append(await plan(file)) }
    let total = plans.reduce(0) { sum, plan in
      switch plan.content {
      case .success(let found): sum + found.cases.count
      case .failure: sum + 1
      }
    }
    if total == 0, let filter, !Task.isCancelled {
      throw CommandFailure(
        .usage, "no case has a name with '\(DisplayText.harmless(filter))' in it", hint: "upper and lower case matter")
    }
    var summary = TestSummary()
    reporter.begin(count: total)
    var tried = 0
    every: for plan in plans {
      let cases = (try? plan.content.get().cases.map(Optional.some)) ?? [nil]
      for test in cases {
        if Task.isCancelled || !isWanted() { break every }
        guard let outcome = await outcome(of: test, plan) else { break every }
        tried += 1
        summary.count(outcome)
        reporter.tell(outcome)
        if failsFast, case .failed = outcome.result { break every }
      }
    }
    summary.left = total - tried
    summary.duration = start.duration(to: .now)
    return summary
  }

  // MARK: Listing

  private func plan(_ file: String) async -> Plan {
    do {
      let script = try ScriptFile(path: file)
      let bench = try TestBench(script, running: nil, settings: settings)
      let result = await limited { try await bench.run() }
      await bench.close()
      if let report = report(result, script) { throw ReportedFailure(report: report) }
      let cases = bench.session.cases
      if cases.isEmpty {
        throw ReportedFailure(
          report: ErrorReport(
            message: "\(DisplayText.harmless(file)) declares no case",
            hint: "declare one with test.case(\"…\", function(cloud) … end)"))
      }
      let wanted = cases.filter { test in filter.map(test.name.contains) ?? true }
      return Plan(file: file, content: .success((script, wanted)))
    } catch let failure as ReportedFailure {
      return Plan(file: file, content: .failure(failure))
    } catch {
      return Plan(file: file, content: .failure(ReportedFailure(report: ErrorReport(error))))
    }
  }

  // MARK: Running

  /// Runs a case; nil when the run was cancelled meanwhile.
  private func outcome(of test: TestSession.Case?, _ plan: Plan) async -> TestOutcome? {
    switch (plan.content, test) {
    case (.success((let script, _)), let test?): return await run(test, script)
    case (.failure(let failure), _): return TestOutcome(file: plan.file, name: nil, result: .failed(failure.report))
    case (.success, nil): return nil
    }
  }

  private func run(_ test: TestSession.Case, _ script: ScriptFile) async -> TestOutcome? {
    var outcome = TestOutcome(file: script.path, name: test.name, line: test.line, result: .passed)
    let start = ContinuousClock.now
    do {
      let bench = try TestBench(script, running: test.name, settings: settings)
      let result = await limited { try await bench.run() }
      outcome.virtualDuration = bench.time.monotonic
      await bench.close()
      if Task.isCancelled { return nil }
      outcome.output = bench.printed.text
      if case .ended(.failure(let error)) = result, let skip = Self.skip(error) {
        outcome.result = .skipped(skip.reason)
      } else if let report = report(result, script) {
        outcome.result = .failed(report)
      }
    } catch {
      outcome.result = .failed(ErrorReport(error))
    }
    outcome.duration = start.duration(to: .now)
    return outcome
  }

  private static func skip(_ error: any Error) -> TestSkip? {
    (error as? LuaError)?.underlying as? TestSkip
  }

  private enum Ending {
    case ended(Result<Void, any Error>)
    case timedOut
  }

  /// Runs a body for as long as a case may take.
  private func limited(_ body: @escaping @Sendable () async throws -> Void) async -> Ending {
    let work = Task { try await body() }
    let isOver = CancellationFlag()
    let watch = Task { [caseTimeout] in
      try await Task.sleep(for: caseTimeout)
      isOver.set()
      work.cancel()
    }
    defer { watch.cancel() }
    let result = await withTaskCancellationHandler {
      await work.result
    } onCancel: {
      work.cancel()
    }
    if isOver.isSet, case .failure = result { return .timedOut }
    return .ended(result)
  }

  /// Why something failed; nil when it did not.
  private func report(_ ending: Ending, _ script: ScriptFile) -> ErrorReport? {
    switch ending {
    case .ended(.success): return nil
    case .timedOut:
      return ErrorReport(
        message: "it took longer than \(Self.text(caseTimeout)) of real time",
        hint: "is something waited for that cannot come? More is given with --case-timeout")
    case .ended(.failure(let error)):
      if let error = error as? LuaError, case .exit(let code) = error.kind {
        return ErrorReport(
          message: "os.exit(\(code)) was called", hint: "a case ends by returning, and fails by raising an error")
      }
      var report = ErrorReport(error, script: script) { name in
        name.hasSuffix(".lua") ? try? ScriptFile(path: name).bytes : nil
      }
      if report.location?.source == TestBench.callerName { report.location = nil }
      report.traceback.removeAll { $0.contains("\(TestBench.callerName):") }
      return report
    }
  }

  private static func text(_ duration: Duration) -> String {
    let seconds = duration.inSeconds
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}
