import CloudAccess
import Foundation
import ImageImport
import Workbench

/// The plan for people: a table of steps for each branch, what was found in them, and the sum.
struct DryRunText {
  let plan: DryRunPlan
  let terminal: Terminal

  private var paint: Paint { terminal.outputPaint }
  private var width: Int? { terminal.outputIsTerminal ? terminal.columns : nil }

  /// Lines that end with a newline, without secrets.
  var text: String {
    var lines: [String] = []
    let cloud = plan.isLocal ? "the built-in local cloud" : "'\(plan.profile.name)' in \(plan.profile.region)"
    lines.append("Plan of \(plan.script) on \(cloud). Nothing was sent.")
    for (index, branch) in plan.branches.enumerated() {
      lines.append("")
      lines += index == 0 ? first(branch.outcome) : other(branch, number: index + 1)
    }
    if !plan.folded.isEmpty { lines += [""] + folded }
    if !plan.notFollowed.isEmpty { lines += [""] + notFollowed }
    lines += [""] + summary
    return lines.map { plan.scrubber.text($0) + "\n" }.joined()
  }

  // MARK: Branches

  private func first(_ outcome: DryRunOutcome) -> [String] {
    let title = outcome.sites.isEmpty ? "Steps" : "Branch 1: all that is asked for succeeds"
    return [paint(.bold, title)] + table(outcome.steps.enumerated().map { ($0 + 1, $1) }) + [end(outcome.ending)]
  }

  private func other(_ branch: DryRunPlan.Branch, number: Int) -> [String] {
    let outcome = branch.outcome
    var lines = [paint(.bold, "Branch \(number): " + Self.text(outcome.assumptions))]
    let fresh = zip(outcome.steps, branch.isNew).enumerated().filter { $1.1 }.map { ($0 + 1, $1.0) }
    let same = outcome.steps.count - fresh.count
    if same > 0 { lines.append("  \(same) of \(Self.count(outcome.steps.count, "step")) as in branch 1") }
    lines += table(Array(fresh.prefix(Self.mostSteps)))
    if fresh.count > Self.mostSteps {
      lines.append("  … and \(fresh.count - Self.mostSteps) more; --output json has all")
    }
    lines += Self.differences(plan.main.output, outcome.output)
    return lines + [end(outcome.ending)]
  }

  /// Of the branches after the first no more steps are shown.
  private static let mostSteps = 20

  /// Of the findings of one branch no more are shown.
  private static let mostNotes = 20

  private static func text(_ assumptions: [DryRunAssumption]) -> String {
    assumptions.map(\.text).joined(separator: "; ")
  }

  private func end(_ ending: DryRunEnding) -> String { "  " + DisplayText.harmless("Then \(ending.text).") }

  /// The lines that a branch prints and the first does not.
  private static func differences(_ first: String, _ other: String) -> [String] {
    let known = Set(first.split(separator: "\n"))
    let fresh = other.split(separator: "\n").filter { !known.contains($0) }
    let shown = fresh.prefix(5).map { "  prints: " + DisplayText.harmless(String($0).replacing("\t", with: "  ")) }
    return shown + (fresh.count > 5 ? ["  prints: … \(count(fresh.count - 5, "more line"))"] : [])
  }

  // MARK: Steps

  private func table(_ steps: [(number: Int, step: DryRunStep)]) -> [String] {
    guard !steps.isEmpty else { return [] }
    var table = TextTable([
      .init("#", .right, shrinks: false), .init("ACTION", shrinks: false), .init("WHAT"), .init("DETAIL"),
      .init("SIZE", .right, shrinks: false), .init("RESULT", shrinks: false), .init("AT", shrinks: false),
    ])
    for (number, step) in steps {
      table.add([
        "\(number)", step.action.rawValue, step.what, Self.detail(step), step.bytes.map(ByteText.short) ?? "",
        Self.result(step), step.site?.place ?? "",
      ])
    }
    let lines = table.lines(
      width: width.map { $0 - 2 }, paint: paint, symbols: terminal.isUTF8 ? .unicode : .ascii
    ).map { "  " + $0 }
    return lines + notes(steps)
  }

  private static func detail(_ step: DryRunStep) -> String {
    let size = step.action == .import ? step.body?["min_disk"]?.intValue.map { "min_disk \($0)" } : nil
    return [step.detail, size].compactMap(\.self).joined(separator: ", ")
  }

  private static func result(_ step: DryRunStep) -> String {
    switch (step.outcome, step.action) {
    case (.refused, _): "refused"
    case (.fails(let code), _): "fails \(code)"
    case (.impossible, _): "impossible"
    case (.planned, .reuse): "found again, nothing sent"
    case (.planned, .attach): "under way, waited for"
    case (.planned, _): ""
    }
  }

  /// What was found, each thing once with the steps that it concerns.
  private func notes(_ steps: [(number: Int, step: DryRunStep)]) -> [String] {
    var order: [String] = []
    var concerned: [String: [Int]] = [:]
    func note(_ text: String, _ number: Int) {
      if concerned[text] == nil { order.append(text) }
      if concerned[text]?.last != number { concerned[text, default: []].append(number) }
    }
    for (number, step) in steps {
      switch step.outcome {
      case .refused(let why?), .impossible(let why):
        note(paint(.red, "error") + "  " + DisplayText.harmless(why), number)
      default: break
      }
      for (stage, finding) in step.findings { note(text(finding, stage), number) }
    }
    let more = order.count - Self.mostNotes
    let last = more > 0 ? ["  … and \(more) other findings; --output json has all"] : []
    return order.prefix(Self.mostNotes).map { text in
      let numbers = concerned[text] ?? []
      return "  step\(numbers.count == 1 ? "" : "s") \(Self.ranges(numbers))  \(text)"
    } + last
  }

  private func text(_ finding: Finding, _ stage: String) -> String {
    let severity = finding.severity == .error ? paint(.red, "error") : paint(.yellow, "warning")
    let marks = [stage, finding.check.map { "check \($0)" }, finding.origin, finding.code].compactMap(\.self)
    let repeats = finding.message.hasPrefix(finding.field)
    let message = (repeats ? "" : "\(finding.field): ") + "\(finding.message) (\(marks.joined(separator: ", ")))"
    let hint = finding.hint.map { "\n    hint: " + DisplayText.harmless($0) } ?? ""
    return "\(severity)  \(DisplayText.harmless(message))\(hint)"
  }

  /// Numbers in rising order, such as 1-7, 9.
  private static func ranges(_ numbers: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = parts.last, last.upperBound + 1 == number {
        parts[parts.count - 1] = last.lowerBound...number
      } else {
        parts.append(number...number)
      }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: ", ")
  }

  // MARK: The end

  private var folded: [String] {
    let all = Dictionary(grouping: plan.folded, by: \.sameAs).sorted { $0.key < $1.key }
    return all.flatMap { number, folded in
      [paint(.bold, "The same as branch \(number)")] + folded.map { "  if " + Self.text($0.assumptions) }
    }
  }

  private var notFollowed: [String] {
    let shown = plan.notFollowed.prefix(10).map { "  if " + Self.text($0) }
    let more = plan.notFollowed.count - shown.count
    return [paint(.bold, "Not followed: the script was run \(plan.runs) times, as --max-branches says")] + shown
      + (more > 0 ? ["  and \(more) more"] : [])
  }

  private var summary: [String] {
    let sum = DryRunSummary(plan.main)
    var lines = [paint(.bold, "Summary of branch 1")]
    var images = "  images: \(sum.images) to be made"
    if sum.found > 0 { images += ", \(sum.found) found again" }
    if sum.refused > 0 { images += ", \(sum.refused) refused" }
    lines.append(images)
    if sum.bytes > 0 || sum.unknownSizes > 0 {
      var files = "  image files: \(ByteText.short(sum.bytes))"
      if sum.unknownSizes > 0 { files += ", and \(sum.unknownSizes) of unknown size" }
      lines.append(files)
    }
    if sum.otherChanges > 0 { lines.append("  other changes: \(sum.otherChanges)") }
    if let quota = sum.quota {
      lines.append("  quota: \(quota.now.used) of \(quota.now.quota) used, \(quota.after) after")
    }
    lines.append(
      "  requests: at least \(sum.leastRequests) to the image service, and questions while jobs run; "
        + "this dry run sent \(plan.requestsMade)")
    return lines
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
