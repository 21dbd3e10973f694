import CloudAccess

/// How grave a breach of a rule is, for each dialect.
public enum RuleSeverity: Sendable, Hashable {
  /// The same everywhere.
  case always(Severity)

  /// Different clouds judge differently; nil where the rule does not apply.
  case otc(Severity?, huawei: Severity?)

  static let error = RuleSeverity.always(.error)
  static let warning = RuleSeverity.always(.warning)

  /// The severity in one dialect; nil where the rule does not apply.
  public func `in`(_ dialect: CloudDialect) -> Severity? {
    switch self {
    case .always(let severity): severity
    case .otc(let otc, let huawei): dialect == .otc ? otc : huawei
    }
  }
}
