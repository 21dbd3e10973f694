/// What `plugin.yaml` says.
public struct PluginManifest: Sendable {
  /// A hook the plugin has, and its place among those of others.
  public struct Hook: Sendable, Hashable {
    public var name: HookName
    /// Smaller numbers come first; equal ones by the plugin's name.
    public var priority: Int
  }

  /// A capability that the plugin asks for.
  public struct Request: Sendable, Hashable {
    public var capability: Capability
    /// Without it the plugin works all the same; a denied call is an error that it expects.
    public var isOptional: Bool
    /// What for, in the author's words.
    public var reason: String?
  }

  /// A function for scripts or for the command line.
  public struct Export: Sendable, Hashable {
    public var name: String
    public var doc: String
  }

  public var name = ""
  public var version = SemanticVersion(0, 0, 0)
  public var api = ""
  public var description = ""
  public var main = "main.lua"
  public var requests: [Request] = []
  public var config: [ConfigField] = []
  public var hooks: [Hook] = []
  public var sources: [Export] = []
  public var commands: [Export] = []
  /// The configuration that `slipway plugin test` uses where the user gives none.
  var testConfig: YAMLNode?

  static let fileName = "plugin.yaml"
  static let standardPriority = 50
}

extension PluginManifest {
  /// The manifest in these bytes; relative directories of capabilities count from `directory`.
  ///
  /// - Throws: ``PluginFailure`` with all mistakes.
  static func read(_ bytes: [UInt8], place: String, directory: String) throws -> PluginManifest {
    try ManifestReader.read(bytes, place: place, directory: directory)
  }
}
