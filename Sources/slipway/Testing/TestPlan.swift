import ScriptAPI
import Workbench

/// What is to be run of one file.
struct TestPlan: Sendable {
  enum Content: Sendable {
    case cases([TestSession.Case])

    /// Why the file cannot be run.
    case broken(ErrorReport)
  }

  var file: String
  var content: Content

  /// What the file comes to, in order: its cases, or that it cannot be run.
  var steps: [Step] {
    switch content {
    case .cases(let cases): cases.map { .run(TestTask(file: file, name: $0.name, line: $0.line)) }
    case .broken(let report): [.told(TestOutcome(file: file, name: nil, result: .failed(report)))]
    }
  }

  enum Step: Sendable {
    case run(TestTask)

    /// It is known without running anything.
    case told(TestOutcome)
  }
}
