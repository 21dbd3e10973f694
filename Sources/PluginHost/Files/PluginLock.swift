import Foundation

/// `slipway.lock.yaml`: which version and which content of each plugin may be loaded.
public struct PluginLock: Sendable, Equatable {
  public struct Pin: Sendable, Equatable {
    public var version: String
    /// See ``PluginFiles/hash``.
    public var hash: String

    public init(version: String, hash: String) {
      self.version = version
      self.hash = hash
    }
  }

  public static let fileName = "slipway.lock.yaml"

  public var pins: [String: Pin]

  public init(pins: [String: Pin] = [:]) { self.pins = pins }

  /// The lock at a path; nil where there is none.
  ///
  /// - Throws: ``PluginFailure`` for a file that is no lock: nothing is loaded past a lock that cannot be read.
  public static func read(_ path: String) throws -> PluginLock? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var reader = NodeReader(place: path)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw PluginFailure([PluginProblem(place: path, message: "the lock cannot be read")])
    }
    guard let root = try YAMLNode.parse(Array(data), place: path) else {
      throw PluginFailure([
        PluginProblem(place: path, message: "the lock is empty", hint: "make it with `slipway plugin lock`")
      ])
    }
    var lock = PluginLock()
    let members = reader.members(root, known: ["plugins"], of: "the lock")
    for member in members["plugins"]?.value.members ?? [] {
      let pin = reader.members(
        member.value, known: ["version", "sha256"], of: "the pin of '\(member.name.prefix(40))'")
      guard let version = pin["version"]?.value.text, let hash = pin["sha256"]?.value.text, hash.utf8.count == 64 else {
        reader.note(member, "the pin of '\(member.name.prefix(40))' needs version and sha256")
        continue
      }
      lock.pins[member.name] = Pin(version: version, hash: hash)
    }
    guard reader.problems.isEmpty else { throw PluginFailure(reader.problems) }
    return lock
  }

  /// The file's text.
  public var text: String {
    var lines = [
      "# Which plugins may be loaded. Written by `slipway plugin lock`; a plugin whose files differ is refused.",
      pins.isEmpty ? "plugins: {}" : "plugins:",
    ]
    for (name, pin) in pins.sorted(by: { $0.key < $1.key }) {
      lines += ["  \(name):", "    version: \"\(pin.version)\"", "    sha256: \"\(pin.hash)\""]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Why a plugin may not be loaded by this lock; nil when it may.
  func refusal(of name: String, version: SemanticVersion, files: PluginFiles) -> PluginProblem? {
    let hint = "look at what changed, then lock it again with `slipway plugin lock`"
    guard let pin = pins[name] else {
      return PluginProblem(
        place: files.directory, message: "the plugin '\(name)' is not in \(Self.fileName)", hint: hint)
    }
    guard pin.hash == files.hash else {
      return PluginProblem(
        place: files.directory,
        message: "the plugin '\(name)' is not what was locked: a file was changed, added or removed"
          + (pin.version == "\(version)" ? "" : " (version \(version), locked was \(pin.version))"), hint: hint)
    }
    return nil
  }
}
