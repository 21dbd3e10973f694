/// Rules, to be filled.
extension RuleSet {
  static let bodyRules: [ValidationRule] = []
}
