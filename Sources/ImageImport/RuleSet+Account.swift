/// Rules, to be filled.
extension RuleSet {
  static let accountRules: [ValidationRule] = []
}
