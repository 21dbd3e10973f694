/// Rules, to be filled.
extension RuleSet {
  static let afterwardsRules: [ValidationRule] = []
}
