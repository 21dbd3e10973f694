/// Rules, to be filled.
extension RuleSet {
  static let fileRules: [ValidationRule] = []
}
