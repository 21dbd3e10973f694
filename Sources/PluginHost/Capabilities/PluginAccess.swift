import Foundation
import ScriptAPI
import Synchronization

/// What one plugin may use: what its manifest asks for and the user granted, both.
final class PluginAccess: ScriptAccess {
  /// More different denials than anybody reads.
  private static let noticeLimit = 20

  /// Requests of a plugin that may be under way, and bytes that their answers may have together.
  private static let webLimits = (requests: 8, bytes: 64 << 20)

  let plugin: String
  let webGate: WebGate? = WebGate(requests: webLimits.requests, bytes: webLimits.bytes)
  let asked: [Capability]
  let granted: [Capability]
  private let report: @Sendable (PluginNotice) -> Void
  private let told = Mutex<Set<String>>([])
  private let used = Mutex<Set<Int>>([])

  init(
    plugin: String, asked: [Capability], granted: [Capability], report: @escaping @Sendable (PluginNotice) -> Void
  ) {
    self.plugin = plugin
    self.asked = asked
    self.granted = granted
    self.report = report
  }

  var confinesFiles: Bool { true }
  func mayRead(_ path: String) -> Bool { allows(.readFile(path)) }

  func allowsPrivateAddress(host: String, port: Int) -> Bool {
    granted.contains { capability in
      guard case .network(let pattern) = capability.form else { return false }
      return pattern.isExact && pattern.matches(host: host, port: port)
    }
  }

  private func allows(_ need: AccessNeed) -> Bool {
    guard let index = asked.firstIndex(where: { $0.covers(need) }) else { return false }
    used.withLock { _ = $0.insert(index) }
    return granted.contains { $0.covers(need) }
  }

  func check(_ need: AccessNeed) throws {
    if allows(need) { return }
    let wanted = Self.suggestion(need)
    let isAsked = asked.contains { $0.covers(need) }
    let what = Self.deed(need)
    let hint =
      isAsked
      ? "grant it with --plugin-grant '\(plugin)=\(wanted)', or under plugins, \(plugin), grant in slipway.yaml"
      : "its manifest does not ask for \(wanted); a plugin that needs it says so under capabilities, and is granted it then"
    let isNew = told.withLock { told in told.count < Self.noticeLimit && told.insert(wanted).inserted }
    if isNew {
      report(
        PluginNotice(
          plugin: plugin, kind: .denied, message: "was not allowed to \(what)", hint: hint, grant: wanted))
    }
    throw ScriptFailure(kind: "capability", "the plugin '\(plugin)' may not \(what)", hint: hint)
  }

  /// The narrowest capability that a user would grant for it.
  private static func suggestion(_ need: AccessNeed) -> String {
    switch need {
    case .readFile(let path), .writeFile(let path):
      let directory = Self.isDirectory(path) ? path : (path as NSString).deletingLastPathComponent
      let kind = if case .readFile = need { "fs.read" } else { "fs.write" }
      return "\(kind):\(directory.isEmpty ? "/" : directory)"
    case .network(_, _, true): return "net:HOST"
    case .network(let host, let port, _) where port == 443 || port == 80:
      return "net:\(host.contains(":") ? "[\(host)]" : host)"
    default: return need.description
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  private static func deed(_ need: AccessNeed) -> String {
    switch need {
    case .readFile(let path): "read '\(path)'"
    case .writeFile(let path): "write '\(path)'"
    case .environment(let name): "read the environment variable '\(name.prefix(100))'"
    case .network(_, _, true): "talk to the server that a secret names"
    case .network(let host, let port, _): "talk to \(host):\(port)"
    case .readObjects(let bucket): "read objects of the bucket '\(bucket.prefix(100))'"
    case .writeObjects(let bucket): "write objects into the bucket '\(bucket.prefix(100))'"
    case .images(.read): "look at images and jobs"
    case .images(.submit): "import images or change their tags"
    case .images(.delete): "delete images"
    }
  }
}
