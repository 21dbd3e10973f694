import CloudAccess

/// Which names say that what stands under them is a secret.
public enum SecretNames {
  private static let headerWords = [
    "auth", "token", "cookie", "secret", "passw", "credential", "signature", "api-key", "apikey", "session",
    "access-key", "accesskey",
  ]
  private static let memberWords = [
    "password", "passwd", "passphrase", "secret", "passcode", "credential", "api_key", "apikey", "api-key",
    "accesskey", "access_key", "access-key", "private_key", "privatekey", "authorization", "cookie", "signature",
    "webhook_url",
  ]
  private static let variableWords = [
    "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "API_KEY", "ACCESS_KEY",
    "PRIVATE_KEY", "WEBHOOK", "AUTHORIZATION",
  ]

  /// Whether a header's value is a secret.
  static func isSecret(header name: String) -> Bool {
    let name = name.asciiLowercased
    return Redaction.header(name, "") != "" || headerWords.contains { name.utf8Range(of: $0) != nil }
  }

  /// Whether the member of a JSON object, a parameter of a URL or an element of XML holds a secret.
  static func isSecret(member name: String) -> Bool {
    let name = name.asciiLowercased
    if ["sig", "ak", "sk", "pwd"].contains(name) || Redaction.header(name, "") != "" { return true }
    if name == "token" || name.hasSuffix("_token") || name.hasSuffix("-token") || name == "sessiontoken"
      || name == "securitytoken" || name == "accesstoken" || name == "authtoken"
    {
      return true
    }
    return memberWords.contains { name.utf8Range(of: $0) != nil }
  }

  /// Whether an environment variable holds a secret.
  public static func isSecret(variable name: String) -> Bool {
    let name = name.uppercased()
    return variableWords.contains { name.utf8Range(of: $0) != nil }
      || ["_AK", "_SK", "_PW", "_PWD", "_KEY"].contains { name.hasSuffix($0) }
  }
}
