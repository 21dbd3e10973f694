import CloudAccess

/// Something about a plugin that the user should know, though the run goes on.
public struct PluginNotice: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// A call needed a capability that the plugin has not been granted.
    case denied
    /// A hook that only looks on failed.
    case failed
    /// Something was left out: events that came too fast, findings beyond the limit.
    case dropped
    /// A new version could not be loaded, or was.
    case reload
  }

  public var plugin: String
  public var kind: Kind
  /// Goes on after the plugin's name; one line, whatever the plugin wrote.
  public var message: String
  public var hint: String?
  /// The grant that would allow it.
  public var grant: String?

  public init(plugin: String, kind: Kind, message: String, hint: String? = nil, grant: String? = nil) {
    self.plugin = plugin
    self.kind = kind
    self.message = PluginText.line(message)
    self.hint = hint.map { PluginText.line($0) }
    self.grant = grant
  }

  /// The notice as an event.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "event": "plugin_notice", "plugin": .string(plugin), "kind": .string(kind.rawValue), "message": .string(message),
    ]
    members["hint"] = hint.map(JSONValue.string)
    members["grant"] = grant.map(JSONValue.string)
    return .object(members)
  }
}
