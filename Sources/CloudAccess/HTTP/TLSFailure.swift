import NIOSSL

/// What went wrong with an encrypted connection, in words: the library's own texts quote lines of its source.
struct TLSFailure {
  /// What happened.
  var cause: String
  /// What to do about it.
  var hint: String

  /// The failure an error stands for; nil where it has nothing to do with TLS.
  init?(_ error: any Error) {
    guard error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError else { return nil }
    if let extra = error as? NIOSSLExtraError, extra == .failedToValidateHostname {
      self.init(
        cause: "the certificate is one of another host",
        hint: "check the endpoint's spelling; the certificate must name the host as the endpoint does")
    } else {
      let text = String(describing: error)
      if text.contains("EOF during handshake") || text.contains("uncleanShutdown") {
        self.init(cause: "the other side hung up during the TLS handshake", hint: Self.plain)
      } else {
        self.init(reasons: Self.reasons(in: text))
      }
    }
  }

  private static let plain = "check the endpoint (is it http instead of https?) and the proxy settings"

  private init(cause: String, hint: String) {
    self.cause = cause
    self.hint = hint
  }

  /// From the library's names of reasons.
  init(reasons: [String]) {
    if reasons.contains("CERTIFICATE_VERIFY_FAILED") {
      cause = "the certificate is not from an authority that this machine trusts, or its time is over or has not come"
      hint = "set cacert or OS_CACERT when the cloud has its own certificate authority, and check this machine's clock"
    } else if reasons.contains("WRONG_VERSION_NUMBER") || reasons.contains("HTTP_REQUEST") {
      cause = "what answers there does not speak TLS"
      hint = Self.plain
    } else {
      let words = reasons.map { $0.lowercased().replacing("_", with: " ") }
      cause = words.isEmpty ? "the TLS handshake failed" : "the TLS handshake failed: " + words.joined(separator: ", ")
      hint = "check the endpoint, and what stands between this machine and it"
    }
  }

  /// The names of reasons in a text like `error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at …`.
  static func reasons(in text: String) -> [String] {
    var rest = text[...]
    var reasons: [String] = []
    while let mark = rest.utf8Range(of: "OPENSSL_internal:") {
      rest = rest[mark.upperBound...]
      let name = String(rest.prefix { $0.isUppercase || $0.isNumber || $0 == "_" })
      if !name.isEmpty, !reasons.contains(name) { reasons.append(name) }
    }
    return reasons
  }
}
