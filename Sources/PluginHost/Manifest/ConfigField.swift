/// One entry of a plugin's configuration, as its manifest declares it.
public struct ConfigField: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case string, integer, number, boolean, duration, size, `enum`, list, map, secret
  }

  public var name: String
  public var kind: Kind
  public var isRequired = false
  /// One sentence for `plugin list` and the reader.
  public var doc = ""
  var standard: YAMLNode?
  /// The bounds of a number, of a duration in seconds, of a size in bytes, of the length of a string, list or map.
  var minimum: Double?
  var maximum: Double?
  /// A Lua pattern that the whole text must match.
  public var pattern: String?
  /// The words of an enum.
  public var values: [String] = []
  /// What a list or a map consists of; strings where nothing is said.
  private var element: [ConfigField] = []

  var items: ConfigField {
    get { element.first ?? ConfigField(name: name, kind: .string) }
    set { element = [newValue] }
  }

  init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// Whether the configuration has it even when the user says nothing.
  public var hasDefault: Bool { standard != nil }
}
