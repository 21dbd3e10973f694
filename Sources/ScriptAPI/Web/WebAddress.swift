import CloudAccess

/// An http or https URL in the strict form that leaves no room for two readings of its host.
///
/// Parsers disagree about users before an `@`, backslashes, white space and control characters; an address with any of these is refused
/// rather than understood.
struct WebAddress: Sendable, Hashable {
  let scheme: String
  /// In lower case, without brackets.
  let host: String
  let port: Int
  /// Path and query, at least `/`.
  let target: String
  /// Whether a secret names it, so that no message may.
  let isSecret: Bool

  /// Reads a URL.
  /// - Throws: ``ScriptFailure``, which shows the URL only as `shown` does.
  init(_ text: String, shown: String, isSecret: Bool = false) throws {
    self.isSecret = isSecret
    func refuse(_ why: String) -> ScriptFailure {
      ScriptFailure(
        "'\(shown)' is no URL that http can use: \(why)", hint: "such as https://example.com/path?name=value")
    }
    guard text.utf8.count <= 8192 else { throw refuse("it is longer than 8192 bytes") }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      throw refuse("it has white space, a backslash or a character that must be percent-encoded")
    }
    guard let mark = text.utf8Range(of: "://") else { throw refuse("it has no scheme") }
    scheme = String(text[..<mark.lowerBound]).lowercased()
    guard scheme == "https" || scheme == "http" else { throw refuse("its scheme is neither https nor http") }
    var rest = text[mark.upperBound...]
    if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<end].lowercased()
    guard !authority.contains("@") else { throw refuse("user and password belong into a header") }
    guard let server = Self.split(authority) else { throw refuse("its host or port is malformed") }
    host = server.host
    port = server.port ?? (scheme == "https" ? 443 : 80)
    let target = rest[end...]
    self.target = target.hasPrefix("/") ? String(target) : "/" + target
  }

  private static func split(_ authority: String) -> (host: String, port: Int?)? {
    // A pattern of one host has the same form as an authority.
    guard let pattern = NetworkPattern(authority), pattern.isExact else { return nil }
    let hasPort = authority.hasPrefix("[") ? authority.contains("]:") : authority.contains(":")
    guard hasPort else { return (pattern.host, nil) }
    guard let port = pattern.ports?.first else { return nil }
    return (pattern.host, port)
  }

  /// The host for messages.
  var shownHost: String { isSecret ? "<secret>" : host }

  private var hostText: String { host.contains(":") ? "[\(host)]" : host }

  /// Scheme, host and port.
  var origin: String { "\(scheme)://\(hostText):\(port)" }

  /// The whole URL; the port is left out where it is the scheme's own.
  var url: String {
    let isUsual = port == (scheme == "https" ? 443 : 80)
    return "\(scheme)://\(hostText)\(isUsual ? "" : ":\(port)")\(target)"
  }

  /// The address that a `Location` header names, counted from this one.
  func following(_ location: String) throws -> WebAddress {
    let text: String
    var isOwn = true
    if location.utf8Range(of: "://") != nil {
      text = location
      isOwn = false
    } else if location.hasPrefix("//") {
      text = "\(scheme):\(location)"
      isOwn = false
    } else if location.hasPrefix("/") {
      text = origin + location
    } else if location.hasPrefix("?") {
      text = origin + target.prefix { $0 != "?" } + location
    } else {
      let path = target.prefix { $0 != "?" }
      let directory = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
      text = origin + directory + location
    }
    let target = try WebAddress(text, shown: "the redirect of \(shownHost)")
    guard isSecret, isOwn || target.host == host else { return target }
    return try WebAddress(text, shown: "the redirect of \(shownHost)", isSecret: true)
  }
}
