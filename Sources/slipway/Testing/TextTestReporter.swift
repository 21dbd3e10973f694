import Workbench

/// For people: a line a case, with the whole error below one that failed.
struct TextTestReporter: TestReporter {
  let console: Console
  /// Shows what cases that passed printed, too.
  let isVerbose: Bool

  func begin(count: Int) {}

  func tell(_ outcome: TestOutcome) {
    let style = console.terminal.outputStyle
    let paint = style.paint
    let file = DisplayText.harmless(outcome.file)
    let title = outcome.name.map { "\(file): \(DisplayText.harmless($0))" } ?? file
    var lines: [String] = []
    var showsOutput = isVerbose
    switch outcome.result {
    case .passed:
      lines.append("\(paint(.green, "ok  "))  \(title) \(paint(.dim, "(\(times(outcome)))"))")
    case .skipped(let reason):
      let reason = DisplayText.harmless(reason)
      lines.append("\(paint(.yellow, "skip"))  \(title)" + (reason.isEmpty ? "" : ": \(reason)"))
    case .failed(let report):
      lines.append("\(paint(.boldRed, "FAIL"))  \(title) \(paint(.dim, "(\(times(outcome)))"))")
      lines += report.lines(style).map { "      " + $0 }
      showsOutput = true
    }
    if showsOutput, !outcome.output.isEmpty {
      lines.append("      " + paint(.dim, "what it printed:"))
      let output = DisplayText.harmless(outcome.output, keepingLines: true)
      lines += output.split(separator: "\n", omittingEmptySubsequences: false).map { "        " + $0 }
      if lines.last?.allSatisfy({ $0 == " " }) == true { lines.removeLast() }
    }
    console.print(lines.joined(separator: "\n"))
  }

  func end(_ summary: TestSummary) {
    let paint = console.terminal.outputPaint
    var parts = [paint(summary.passed > 0 ? .green : .dim, "\(summary.passed) passed")]
    if summary.failed > 0 { parts.append(paint(.boldRed, "\(summary.failed) failed")) }
    if summary.skipped > 0 { parts.append(paint(.yellow, "\(summary.skipped) skipped")) }
    if summary.broken > 0 {
      parts.append(paint(.boldRed, "\(summary.broken) file\(summary.broken == 1 ? "" : "s") could not be run"))
    }
    if summary.left > 0 { parts.append("\(summary.left) not tried") }
    console.print("\n" + parts.joined(separator: ", ") + " in \(Self.seconds(summary.duration))")
    if summary.signal != nil { console.note("Interrupted.") }
  }

  /// Real time, and the case's own where it waited.
  private func times(_ outcome: TestOutcome) -> String {
    let real = Self.seconds(outcome.duration)
    guard outcome.virtualDuration >= .seconds(1) else { return real }
    return "\(real) for \(Self.long(outcome.virtualDuration))"
  }

  private static func long(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    if seconds < 60 { return "\(seconds) s" }
    let minutes = seconds / 60
    return minutes < 60 ? "\(minutes) min \(seconds % 60) s" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
