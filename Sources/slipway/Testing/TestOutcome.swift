import Workbench

/// How one case ended.
struct TestOutcome: Sendable, Codable {
  enum Result: Sendable, Codable {
    case passed
    case failed(ErrorReport)
    case skipped(String)
  }

  var file: String
  /// The case; nil for the file itself, when it cannot be run.
  var name: String?
  /// The line of `test.case`; 0 when unknown.
  var line = 0
  var result: Result
  /// Real time.
  var duration = Duration.zero
  /// Time on the case's own clock.
  var virtualDuration = Duration.zero
  /// What the case printed and logged.
  var output = ""

  /// Whether the file could not be run at all.
  var isBroken: Bool { name == nil }
}

/// How a whole run ended.
struct TestSummary: Sendable {
  var passed = 0
  var failed = 0
  var skipped = 0
  /// Files that could not be run.
  var broken = 0
  /// Cases that were not tried, since the run was ended early.
  var left = 0
  var duration = Duration.zero
  var signal: SignalTrap.Signal?

  mutating func count(_ outcome: TestOutcome) {
    switch outcome.result {
    case _ where outcome.isBroken: broken += 1
    case .passed: passed += 1
    case .failed: failed += 1
    case .skipped: skipped += 1
    }
  }

  /// The status of the command: a file that cannot be run is worse than a case that fails.
  var status: ExitStatus {
    if let signal { return ExitStatus(signal) }
    return broken > 0 ? .raised : failed > 0 ? .failed : .success
  }
}
