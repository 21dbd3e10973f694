/// Servers that may be talked to: `HOST`, `HOST:PORT`, `HOST:*`, where HOST may be `*` or begin with `*.`.
///
/// Without a port it means the two of the web, 80 and 443.
public struct NetworkPattern: Sendable, Hashable, CustomStringConvertible {
  /// The host in lower case, without brackets; `*`, or `*.example.com` for all names below one.
  public let host: String

  /// Nil for any port.
  public let ports: Set<Int>?

  /// Reads the text; nil when it is no pattern.
  public init?(_ text: String) {
    var host = text.lowercased()
    var ports: Set<Int>? = [80, 443]
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      let rest = host[host.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      if !rest.isEmpty {
        guard let given = Self.ports(rest.dropFirst()) else { return nil }
        ports = given
      }
      host = String(host[host.index(after: host.startIndex)..<end])
      guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
    } else {
      let parts = host.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2 else { return nil }
      if parts.count == 2 {
        guard let given = Self.ports(parts[1]) else { return nil }
        ports = given
      }
      host = String(parts[0])
      let name = host.hasPrefix("*.") ? host.dropFirst(2) : host[...]
      guard host == "*" || Self.isName(name) else { return nil }
    }
    self.host = host
    self.ports = ports
  }

  private static func ports(_ text: Substring) -> Set<Int>?? {
    if text == "*" { return .some(nil) }
    guard let port = Int(text), (1...65535).contains(port), text.allSatisfy(\.isNumber) else { return nil }
    return .some([port])
  }

  private static func isName(_ name: Substring) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
      }
  }

  /// Whether it names one host, so that whoever wrote it meant that one.
  public var isExact: Bool { !host.hasPrefix("*") }

  /// Whether a server is among those meant; `host` is in lower case.
  public func matches(host: String, port: Int) -> Bool {
    if let ports, !ports.contains(port) { return false }
    return matches(name: host)
  }

  private func matches(name: String) -> Bool {
    if host == "*" { return true }
    if host.hasPrefix("*.") { return name.hasSuffix(host.dropFirst()) && name.count > host.count - 1 }
    return name == host
  }

  /// Whether some server is among those of both.
  public func overlaps(_ other: NetworkPattern) -> Bool {
    if let ports, let others = other.ports, ports.isDisjoint(with: others) { return false }
    return covers(other.host) || other.covers(host)
  }

  private func covers(_ pattern: String) -> Bool {
    host == "*" || host == pattern || (host.hasPrefix("*.") && pattern.hasSuffix(host.dropFirst()))
  }

  public var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    guard let ports else { return name + ":*" }
    return ports.count == 1 ? "\(name):\(ports.first ?? 0)" : name
  }
}
