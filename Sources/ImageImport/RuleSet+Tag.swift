/// Rules, to be filled.
extension RuleSet {
  static let tagRules: [ValidationRule] = []
}
