/// One page of a bucket's listing, in the order of the keys' bytes.
public struct ObjectPage: Sendable, Hashable {
  public var objects: [ObjectInfo]
  /// The prefixes rolled up by the delimiter, each ending with it.
  public var commonPrefixes: [String]
  /// The marker of the next page; `nil` on the last one.
  public var nextMarker: String?

  public init(objects: [ObjectInfo] = [], commonPrefixes: [String] = [], nextMarker: String? = nil) {
    self.objects = objects
    self.commonPrefixes = commonPrefixes
    self.nextMarker = nextMarker
  }
}
