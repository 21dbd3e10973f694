/// The family of clouds whose rules, hosts and defaults apply.
public enum CloudDialect: String, Sendable, Hashable, CaseIterable, Codable {
  /// Open Telekom Cloud and the Swiss Open Telekom Cloud.
  case otc
  /// Huawei Cloud and its partner clouds.
  case huawei
}
