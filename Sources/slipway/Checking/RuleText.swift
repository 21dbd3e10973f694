import ScriptCheck
import Workbench

/// The rules of `slipway check` for people.
enum RuleText {
  static func list(_ style: ScreenStyle) -> String {
    let width = CheckRule.all.map(\.id.count).max() ?? 0
    return CheckRule.all.map { rule in
      let severity = rule.isOnByDefault ? rule.severity.rawValue : "off"
      return "\(DisplayText.padded(rule.id, to: width))  \(DisplayText.padded(severity, to: 7))  \(rule.summary)"
    }.joined(separator: "\n")
  }

  static func explanation(_ id: String, _ style: ScreenStyle) -> String {
    guard let rule = CheckRule.named(id) else { return "" }
    var lines = [
      style.paint(.bold, "\(rule.id): \(rule.summary)"),
      "\(rule.severity.rawValue)\(rule.isOnByDefault ? "" : ", only with --also \(rule.id)")", "",
    ]
    lines += DisplayText.wrapped(rule.explanation, to: min(100, style.columns))
    lines += ["", "For example:", ""]
    lines += rule.example.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    return lines.joined(separator: "\n")
  }
}
