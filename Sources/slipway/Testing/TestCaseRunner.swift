import CloudAccess
import Foundation
import LuaHost
import ScriptAPI
import Synchronization
import Workbench

/// Lists the cases of a test file, and runs one of them on a bench of its own.
struct TestCaseRunner: Sendable {
  let settings: TestBench.Settings

  /// Real time that listing or a case may take.
  let caseTimeout: Duration

  private struct ReportedFailure: Error {
    var report: ErrorReport
  }

  // MARK: Listing

  /// Runs a file to find the cases whose name contains a text; a file that cannot be run is no error but part of the plan.
  func plan(_ file: String, filter: String?) async -> TestPlan {
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
      return TestPlan(file: file, content: .cases(wanted))
    } catch let failure as ReportedFailure {
      return TestPlan(file: file, content: .broken(failure.report))
    } catch {
      return TestPlan(file: file, content: .broken(ErrorReport(error)))
    }
  }

  // MARK: Running

  /// Runs a case; nil when the surrounding task was cancelled meanwhile.
  func run(_ test: TestTask) async -> TestOutcome? {
    var outcome = TestOutcome(file: test.file, name: test.name, line: test.line, result: .passed)
    let start = ContinuousClock.now
    do {
      let script = try ScriptFile(path: test.file)
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
