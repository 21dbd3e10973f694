import Foundation

/// Everything that decides which plugins a session has.
public struct PluginSettings: Sendable {
  /// `--plugin-set NAME.key=value`.
  public struct Assignment: Sendable {
    public var plugin: String
    public var key: String
    var node: YAMLNode
    var place: String
  }

  /// `--plugin-grant NAME=CAPABILITY`.
  public struct Grant: Sendable {
    public var plugin: String
    public var capability: Capability
    var place: String
  }

  public var project: ProjectFile
  public var finder: PluginFinder
  public var environment: [String: String]
  /// Plugins named on the command line.
  public var entries: [PluginEntry] = []
  public var assignments: [Assignment] = []
  public var grants: [Grant] = []
  /// Loads what lacks grants all the same, with the calls denied, and takes the configuration that a manifest has for its tests.
  public var isTesting = false
  /// Of the project's plugins, only those that are named on the command line as well.
  public var takesNamedOnly = false
  /// How the project file stands: unless it is allowed, what it grants does not count.
  public var standing = ProjectTrust.Standing.allowed
  /// The command that allows it.
  public var allowingCommand = "slipway plugin allow"
  /// Whether the lock is kept; off only for making a new one.
  public var keepsLock = true

  public init(project: ProjectFile, finder: PluginFinder, environment: [String: String]) {
    self.project = project
    self.finder = finder
    self.environment = environment
  }

  /// Whether there is anything to load.
  public var isEmpty: Bool { entries.isEmpty && project.plugins.allSatisfy(\.isDisabled) }

  /// Adds a `NAME.key=value`.
  ///
  /// - Throws: ``PluginFailure``.
  public mutating func assign(_ text: String) throws {
    let place = "--plugin-set"
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let path = halves[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, path.count == 2, PluginAPI.isName(path[0]), PluginAPI.isName(path[1]) else {
      throw PluginFailure([
        PluginProblem(
          place: place, message: "expected NAME.key=value, got '\(halves[0].prefix(80))'",
          hint: "such as cost_centre.tag=kostenstelle")
      ])
    }
    assignments.append(Assignment(plugin: path[0], key: path[1], node: try Self.node(halves[1], place), place: place))
  }

  /// A value as YAML reads it; `env:NAME` and `file:PATH` also stand for references to secrets, see ``ConfigReader``.
  private static func node(_ text: String, _ place: String) throws -> YAMLNode {
    for word in ["env", "file"] where text.hasPrefix(word + ":") && !text.hasPrefix(word + ": ") {
      let operand = YAMLNode(
        .scalar(.string(String(text.dropFirst(word.count + 1))), text: String(text.dropFirst(word.count + 1))))
      return YAMLNode(.map([YAMLNode.Member(name: word, line: 1, column: 1, value: operand)]))
    }
    let isFlow = text.hasPrefix("[") || text.hasPrefix("{")
    if let node = try? YAMLNode.parse(Array(text.utf8), place: place), isFlow || node.text != nil { return node }
    return YAMLNode(.scalar(.string(text), text: text))
  }

  /// Adds a `NAME=CAPABILITY`.
  ///
  /// - Throws: ``PluginFailure``.
  public mutating func grant(_ text: String, workingDirectory: String) throws {
    let place = "--plugin-grant"
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, PluginAPI.isName(halves[0]) else {
      throw PluginFailure([
        PluginProblem(
          place: place, message: "expected NAME=CAPABILITY, got '\(text.prefix(80))'",
          hint: "such as webhook_notify=net:hooks.example.com")
      ])
    }
    do {
      let capability = try Capability(halves[1], directory: workingDirectory)
      grants.append(Grant(plugin: halves[0], capability: capability, place: place))
    } catch let error as Capability.Malformed {
      throw PluginFailure([PluginProblem(place: place, message: error.message, hint: error.hint)])
    }
  }
}
