import CloudAccess

/// One check of preflight: its name, the rules it stands for, what must be asked for it, and the judgement.
public struct PreflightCheck: Sendable {
  /// The name by which findings tell it and by which it is left out.
  public let name: String

  /// What it makes sure of, in one phrase.
  public let title: String

  /// The numbers of its rules; a check that cannot be made is reported under the first.
  public let rules: [Int]

  /// What must be asked for it, the one that matters most first.
  public let questions: [PreflightQuestion]

  let judge: @Sendable (inout PreflightProbe) -> Void

  init(
    _ name: String, _ title: String, rules: [Int], asks questions: PreflightQuestion...,
    judge: @escaping @Sendable (inout PreflightProbe) -> Void
  ) {
    self.name = name
    self.title = title
    self.rules = rules
    self.questions = questions
    self.judge = judge
  }

  /// Every check, in the order in which findings are reported.
  public static let all: [PreflightCheck] =
    [PreflightCheck.project] + PreflightCheck.bucketChecks + PreflightCheck.objectChecks
    + PreflightCheck.projectChecks

  /// The names of all checks.
  public static let names = all.map(\.name)

  /// The names of the checks that look at the file itself; to be left out while it is not uploaded yet.
  public static let namesOfFileChecks = Set(
    all.filter { $0.questions.contains { [.object, .bitmap, .header].contains($0) } }.map(\.name))

  /// The check of a name.
  public static func named(_ name: String) -> PreflightCheck? { all.first { $0.name == name } }

  /// What is wrong with a name to be left out, with the nearest that exists; nil when a check has it.
  public static func fault(of name: String) -> (message: String, hint: String)? {
    guard named(name) == nil else { return nil }
    let near = Suggestion.nearest(to: name, in: names).first ?? rule(meant: name)
    let meant = near.map { " (did you mean \($0)?)" } ?? ""
    return (
      "Preflight has no check \(Quoted.text(name))\(meant).", "The checks are \(names.joined(separator: ", "))."
    )
  }

  /// The check of a rule's name or number, for those who take the one for the other.
  private static func rule(meant text: String) -> String? {
    let rule = RuleSet.all.first { $0.name == text || String($0.number) == text }
    return rule.flatMap { rule in all.first { $0.rules.contains(rule.number) }?.name }
  }

  /// Whether the check makes sense for a request.
  func applies(to request: ImportRequest) -> Bool {
    guard name == PreflightCheck.bitmapFile.name else { return true }
    return request.location?.bitmapKey != nil
  }
}
