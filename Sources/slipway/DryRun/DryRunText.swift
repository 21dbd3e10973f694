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
    return lines.map { plan.scrubber.scrubbed($0) + "\n" }.joined()
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
    lines += table(fresh)
    lines += Self.differences(plan.main.output, outcome.output)
    return lines + [end(outcome.ending)]
  }

  private static func text(_ assumptions: [DryRunAssumption]) -> String {
    assumptions.map(\.text).joined(separator: "; ")
  }

  private func end(_ ending: DryRunEnding) -> String { "  " + DisplayText.harmless("Then \(ending.text).") }

  /// The lines that a branch prints and the first does not.
  private static func differences(_ first: String, _ other: String) -> [String] {
    let known = Set(first.split(separator: "\n"))
    let fresh = other.split(separator: "\n").filter { !known.contains($0) }
    let shown = fresh.prefix(5).map { "  prints: " + DisplayText.harmless(String($0)) }
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
        "\(number)", step.action.rawValue, step.what, step.detail ?? "", step.bytes.map(ByteText.short) ?? "",
        Self.result(step), step.site?.place ?? "",
      ])
    }
    var lines = table.lines(
      width: width.map { $0 - 2 }, paint: paint, symbols: terminal.isUTF8 ? .unicode : .ascii
    ).map { "  " + $0 }
    for (number, step) in steps { lines += notes(number, step) }
    return lines
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

  private func notes(_ number: Int, _ step: DryRunStep) -> [String] {
    var lines: [String] = []
    switch step.outcome {
    case .refused(let why?), .impossible(let why): lines.append("  step \(number)  " + DisplayText.harmless(why))
    default: break
    }
    for (stage, finding) in step.findings {
      let severity = finding.severity == .error ? paint(.red, "error") : paint(.yellow, "warning")
      let marks = [stage, finding.check.map { "check \($0)" }, finding.origin, finding.code].compactMap(\.self)
      lines.append(
        "  step \(number)  \(severity)  \(DisplayText.harmless(finding.field)): "
          + DisplayText.harmless("\(finding.message) (\(marks.joined(separator: ", ")))"))
      if let hint = finding.hint { lines.append("    hint: " + DisplayText.harmless(hint)) }
    }
    return lines
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
