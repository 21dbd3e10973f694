import CloudAccess

/// One tag of an image, as the field `image_tags` spells it.
public struct ImageTag: Sendable, Hashable {
  public var key: String
  public var value: String

  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }

  /// The tag as the API's JSON object.
  public var json: JSONValue { .object(["key": .string(key), "value": .string(value)]) }
}
