/// An absolute URL split as text, so that nothing is normalised on the way.
package struct URLParts {
  /// Scheme, `://` and authority.
  package var origin: String
  package var scheme: String
  /// Host, with the port when it is not the scheme's own.
  package var host: String
  /// The path as written, at least `/`.
  package var path: String
  /// The query as written, without `?`.
  package var query: String

  package init(_ url: String) {
    var rest = url[...]
    scheme = "https"
    if let mark = rest.utf8Range(of: "://") {
      scheme = String(rest[..<mark.lowerBound]).asciiLowercased
      rest = rest[mark.upperBound...]
    }
    let scalars = rest.unicodeScalars
    if let fragment = scalars.firstIndex(of: "#") { rest = rest[..<fragment] }
    let authorityEnd = rest.unicodeScalars.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    let authority = rest[..<authorityEnd]
    rest = rest[authorityEnd...]
    if let mark = rest.unicodeScalars.firstIndex(of: "?") {
      query = String(rest[rest.unicodeScalars.index(after: mark)...])
      rest = rest[..<mark]
    } else {
      query = ""
    }
    path = rest.isEmpty ? "/" : String(rest)
    origin = "\(scheme)://\(authority)"
    host = String(authority.split(separator: "@").last ?? authority)
    let ownPort = scheme == "http" ? ":80" : ":443"
    if host.hasSuffix(ownPort) { host.removeLast(ownPort.count) }
  }

  /// Whether the host is an IPv4 or IPv6 address instead of a name.
  package var isAddress: Bool {
    if host.hasPrefix("[") { return true }
    let parts = host.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
