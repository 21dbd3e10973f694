/// How grave a finding is: an error refuses the request, a warning lets it pass.
public enum Severity: String, Sendable, CaseIterable, Codable {
  case error, warning
}
