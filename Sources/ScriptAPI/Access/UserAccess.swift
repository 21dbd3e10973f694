import Foundation

/// What a user's own script may do: all that the user may, but talk to servers and write files only where the command line allows it.
public struct UserAccess: ScriptAccess {
  /// Servers of `--allow-net`.
  public var network: [NetworkPattern]

  /// Real paths of the directories of `--allow-write`.
  public var writable: [String]

  public init(network: [NetworkPattern] = [], writable: [String] = []) {
    self.network = network
    self.writable = writable
  }

  public var confinesFiles: Bool { false }
  public func mayRead(_ path: String) -> Bool { true }

  public func check(_ need: AccessNeed) throws {
    switch need {
    case .network(let host, let port, let isSecret):
      guard !network.contains(where: { $0.matches(host: host, port: port) }) else { return }
      let name = isSecret ? "<secret>" : host.contains(":") ? "[\(host)]" : host
      let shown = port == 443 || port == 80 ? name : "\(name):\(port)"
      throw ScriptFailure(
        kind: "capability", "the script may not talk to \(name):\(port)",
        hint: "allow it with --allow-net \(shown)")
    case .writeFile(let path):
      guard !writable.contains(where: { RealPath.isInside(path, $0) }) else { return }
      throw ScriptFailure(
        kind: "capability", "the script may not write '\(path)'",
        hint: "allow it with --allow-write \((path as NSString).deletingLastPathComponent)")
    default: return
    }
  }

  public func allowsPrivateAddress(host: String, port: Int) -> Bool {
    network.contains { $0.isExact && $0.matches(host: host, port: port) }
  }
}
