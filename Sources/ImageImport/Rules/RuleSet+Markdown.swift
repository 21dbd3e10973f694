import CloudAccess

extension RuleSet {
  /// The rules as a page of the documentation.
  public static let markdown: String = {
    var lines = [
      "# Rules for imports", "",
      "Written by the program from its table of rules (`RuleSet.markdown`); a test keeps this page current. Every finding of",
      "`validate` names the number of its rule.", "",
      "**Severity**: *error* refuses the request, *warning* lets it pass. Where clouds differ, `otc` is Open Telekom Cloud and",
      "`huawei` is Huawei Cloud. **When**: *offline* rules need the request only (those about sizes need the file to have been",
      "looked at), *preflight* rules need a call to the cloud or the object store, *afterwards* happens while submitting and",
      "waiting, *advice* is not checked. **Code**: how the cloud is expected to refuse; `?` marks a guess that no document confirms.",
    ]
    for (title, rules) in sections {
      lines += ["", "## \(title)", "", "| # | name | field | rule | severity | when | code | differs |"]
      lines += ["|---|---|---|---|---|---|---|---|"]
      lines += rules.map(row)
    }
    return (lines + checks).joined(separator: "\n") + "\n"
  }()

  /// The checks of preflight and their rules.
  private static var checks: [String] {
    [
      "", "## Checks of preflight", "",
      "Before an import is sent, these are asked of the cloud, all at the same time; `skip_preflight` and `--skip-preflight` leave some out by",
      "name. What cannot be asked, such as what answers 403 or not in time, is a warning and refuses nothing.", "",
      "| check | makes sure that | rules | asks for |", "|---|---|---|---|",
    ]
      + PreflightCheck.all.map { check in
        let rules = check.rules.map(String.init).joined(separator: ", ")
        let questions = check.questions.map(\.title).joined(separator: "; ")
        return "| `\(check.name)` | \(escaped(check.title)) | \(rules) | \(questions) |"
      }
  }

  private static let sections: [(String, [ValidationRule])] = [
    ("Body", bodyRules), ("Name and description", nameRules), ("image_url", locationRules), ("min_disk", diskRules),
    ("Kind of image", kindRules), ("Tags", tagRules), ("Project, region, account", accountRules),
    ("The file itself", fileRules), ("After the submission", afterwardsRules),
  ]

  private static func row(_ rule: ValidationRule) -> String {
    let severity =
      switch rule.severity {
      case .always(let severity): severity.rawValue
      case .otc(let otc, let huawei): "otc: \(otc?.rawValue ?? "none"), huawei: \(huawei?.rawValue ?? "none")"
      }
    let cells = [
      String(rule.number), "`\(rule.name)`", "`\(rule.field)`", escaped(rule.title),
      rule.stage == .advice ? "none" : severity, rule.stage.rawValue,
      rule.code.map { $0 + (rule.isCodeGuessed ? " ?" : "") } ?? "–", escaped(rule.differs ?? "–"),
    ]
    return "| \(cells.joined(separator: " | ")) |"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
