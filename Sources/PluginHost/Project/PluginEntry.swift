/// A plugin as the project file or the command line names it.
public struct PluginEntry: Sendable {
  /// Nil for one that is named by its path only.
  public var name: String?
  /// The directory; nil for one that is looked for by its name.
  public var path: String?
  public var isDisabled = false
  public var grants: [Grant] = []
  public var limits = PluginLimits()
  var config: YAMLNode?
  /// Where it stands, for messages.
  var place: String
  var node: YAMLNode?

  /// Something granted, and where.
  public struct Grant: Sendable {
    public var capability: Capability
    var place: String
    var node: YAMLNode?
  }

  init(place: String, node: YAMLNode? = nil) {
    self.place = place
    self.node = node
  }

  /// A plugin named by its directory, as with `--plugin`.
  public init(path: String, place: String) {
    self.path = path
    self.place = place
  }

  /// What messages call it before its manifest is read.
  var shown: String { name ?? path ?? "?" }
}
