import Foundation

/// Writes what comes out of a test run.
protocol TestReporter: Sendable {
  /// Before the first case: how many outcomes there will be, unless the run is ended early.
  func begin(count: Int)
  func tell(_ outcome: TestOutcome)
  func end(_ summary: TestSummary)
}

extension TestReporter {
  /// A length of real time, such as `0.31 s`.
  static func seconds(_ duration: Duration) -> String { String(format: "%.2f s", duration / .seconds(1)) }
}
