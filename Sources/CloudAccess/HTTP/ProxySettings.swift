/// Which proxy a URL goes through, read from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
///
/// The lower-case names win. Loopback addresses never go through a proxy, so that the local cloud works behind one.
struct ProxySettings: Sendable {
  /// A proxy's address and its credentials.
  struct Server: Sendable, Hashable {
    var scheme: String
    var host: String
    var port: Int
    var user: String?
    var password: Secret?
  }

  private let https: Server?
  private let http: Server?
  private let exceptions: [String]

  init(environment: [String: String]) {
    func value(_ name: String) -> String? {
      let found = environment[name.lowercased()] ?? environment[name]
      return found.flatMap { $0.isEmpty ? nil : $0 }
    }
    https = (value("HTTPS_PROXY") ?? value("ALL_PROXY")).flatMap(Self.server)
    http = (value("HTTP_PROXY") ?? value("ALL_PROXY")).flatMap(Self.server)
    exceptions = (value("NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.map { $0.asciiLowercased }
  }

  /// The proxy for that URL, or `nil` to connect directly.
  func server(for url: URLParts) -> Server? {
    guard let server = url.scheme == "http" ? http : https else { return nil }
    let (host, port) = Self.split(url.host)
    let name = host.asciiLowercased
    if name == "localhost" || name.hasPrefix("127.") || name == "::1" { return nil }
    return exceptions.contains { Self.matches(name, port, $0) } ? nil : server
  }

  private static func matches(_ host: String, _ port: Int?, _ exception: String) -> Bool {
    if exception == "*" { return true }
    var (name, wantedPort) = split(exception)
    if let wantedPort, wantedPort != port { return false }
    while name.hasPrefix("*") || name.hasPrefix(".") { name.removeFirst() }
    return !name.isEmpty && (host == name || host.hasSuffix("." + name))
  }

  private static func server(_ text: String) -> Server? {
    let url = URLParts(text.utf8Range(of: "://") == nil ? "http://" + text : text)
    let authority = url.origin.dropFirst(url.scheme.count + 3)
    let address = authority.split(separator: "@").last.map(String.init) ?? String(authority)
    let (host, port) = split(address)
    guard !host.isEmpty else { return nil }
    var server = Server(
      scheme: url.scheme, host: host, port: port ?? (url.scheme == "https" ? 443 : 80))
    if authority.utf8.contains(UInt8(ascii: "@")) {
      let user = authority.dropLast(address.count + 1).split(separator: ":", maxSplits: 1)
      server.user = user.first.map { PercentEncoding.decode($0) }
      server.password = Secret(user.count > 1 ? PercentEncoding.decode(user[1]) : "")
    }
    return server
  }

  /// Host without brackets, and the port when one is given.
  static func split(_ authority: String) -> (host: String, port: Int?) {
    if authority.hasPrefix("[") {
      let parts = authority.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts.first ?? ""), parts.count > 1 ? Int(parts[1].dropFirst()) : nil)
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return (authority, nil) }
    return (String(parts[0]), Int(parts[1]))
  }
}
