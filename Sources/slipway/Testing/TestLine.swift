import Workbench

/// Gives out the cases of a run and tells their outcomes in the order of the cases, whoever is first to end.
///
/// So a run of many processes says word for word what a run of one says: after the first failure of a run that ends there, later outcomes
/// are not told, though some of those cases may have been run already.
actor TestLine {
  private let steps: [TestPlan.Step]
  private let reporter: any TestReporter
  private let failsFast: Bool
  private let isWanted: @Sendable () -> Bool
  private var given = 0
  private var told = 0
  private var waiting: [Int: TestOutcome] = [:]

  /// Cases from here on are not run any more.
  private var end: Int
  private var counts = TestSummary()

  init(
    steps: [TestPlan.Step], reporter: any TestReporter, failsFast: Bool, isWanted: @escaping @Sendable () -> Bool
  ) {
    self.steps = steps
    self.reporter = reporter
    self.failsFast = failsFast
    self.isWanted = isWanted
    end = steps.count
  }

  /// How many cases there are to run.
  nonisolated var caseCount: Int { steps.count { if case .run = $0 { true } else { false } } }

  /// The next case to run, with its number for ``take(_:_:)``; nil when there is none, or nobody wants any more.
  func next() -> (number: Int, task: TestTask)? {
    while given < end, !Task.isCancelled, isWanted() {
      let number = given
      given += 1
      switch steps[number] {
      case .run(let task): return (number, task)
      case .told(let outcome): take(outcome, number)
      }
    }
    return nil
  }

  /// How a case ended.
  func take(_ outcome: TestOutcome, _ number: Int) {
    waiting[number] = outcome
    if failsFast, case .failed = outcome.result { end = min(end, number + 1) }
    while told < end, isWanted(), let next = waiting.removeValue(forKey: told) {
      told += 1
      counts.count(next)
      reporter.tell(next)
    }
  }

  /// Whether a failure has ended the run and all before it is told: what is still under way is of no use.
  var isCutShort: Bool { told == end && end < steps.count }

  /// What was told so far.
  var summary: TestSummary {
    var summary = counts
    summary.left = steps.count - told
    return summary
  }
}
