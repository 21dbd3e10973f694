/// What HEAD tells about a bucket.
public struct BucketInfo: Sendable, Hashable {
  public var name: String
  /// The region the bucket lives in; `nil` when the service does not say.
  public var region: String?
  /// The class new objects get.
  public var storageClass: StorageClass
  /// Whether this is a bucket of the parallel file system.
  public var isFileSystem: Bool
  public var requestID: String?

  public init(
    name: String, region: String? = nil, storageClass: StorageClass = .standard, isFileSystem: Bool = false,
    requestID: String? = nil
  ) {
    self.name = name
    self.region = region
    self.storageClass = storageClass
    self.isFileSystem = isFileSystem
    self.requestID = requestID
  }
}
