/// Rules, to be filled.
extension RuleSet {
  static let nameRules: [ValidationRule] = []
}
