/// Rules, to be filled.
extension RuleSet {
  static let diskRules: [ValidationRule] = []
}
