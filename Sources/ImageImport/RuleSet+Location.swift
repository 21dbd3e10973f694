/// Rules, to be filled.
extension RuleSet {
  static let locationRules: [ValidationRule] = []
}
