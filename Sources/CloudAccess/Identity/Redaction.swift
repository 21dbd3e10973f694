/// Keeps secrets out of logs and errors.
public enum Redaction {
  private static let secretHeaders: Set<String> = [
    "authorization", "proxy-authorization", "x-auth-token", "x-subject-token", "x-security-token", "cookie",
    "set-cookie", "x-obs-security-token", "x-amz-security-token", "x-metadata-token",
  ]
  private static let secretParameters: Set<String> = [
    "signature", "x-amz-signature", "x-amz-security-token", "x-obs-security-token", "accesskeyid", "x-amz-credential",
  ]

  /// Whether the values of a header are secret, by its name.
  package static func isSecret(header name: String) -> Bool { secretHeaders.contains(name.asciiLowercased) }

  /// The value to show for a header: itself, or `<secret>`.
  public static func header(_ name: String, _ value: String) -> String {
    isSecret(header: name) ? "<secret>" : value
  }

  /// The URL without user, password and the values of signing parameters.
  public static func url(_ url: String) -> String {
    var text = url[...]
    var prefix = ""
    if let scheme = text.utf8Range(of: "://") {
      prefix = String(text[..<scheme.upperBound])
      text = text[scheme.upperBound...]
      let authorityEnd = text.utf8.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? text.endIndex
      if let at = text[..<authorityEnd].utf8.lastIndex(of: UInt8(ascii: "@")) {
        prefix += "<secret>@"
        text = text[text.utf8.index(after: at)...]
      }
    }
    guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return prefix + text }
    let query = text[text.utf8.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
    let shown = query.map { pair -> String in
      let name = pair.prefix { $0 != "=" }
      return secretParameters.contains(name.lowercased()) ? "\(name)=<secret>" : String(pair)
    }
    return prefix + text[...mark] + shown.joined(separator: "&")
  }
}
