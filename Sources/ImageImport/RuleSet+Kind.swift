/// Rules, to be filled.
extension RuleSet {
  static let kindRules: [ValidationRule] = []
}
