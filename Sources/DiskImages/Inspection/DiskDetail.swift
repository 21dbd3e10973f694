/// One fact of a header that has no field of its own in ``DiskInspection``: a cluster size, a backing file, a creator.
public struct DiskDetail: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    case text(String)
    case number(UInt64)
    case flag(Bool)
    case list([String])
  }

  /// The fact's name in lower case with underscores, the same in every form of output.
  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
