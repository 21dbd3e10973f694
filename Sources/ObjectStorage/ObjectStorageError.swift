import CloudAccess

/// A call to object storage that did not succeed, with the bucket and key it was about.
public struct ObjectStorageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Kind, message, code, status, request id and hint, as for every other call to the cloud.
  public var cloudError: CloudError
  public var bucket: String
  public var key: String?
  /// The endpoint the service names when the bucket lives elsewhere.
  public var rightEndpoint: String?
  /// The region the service names when the bucket lives elsewhere.
  public var rightRegion: String?
  /// Whether the object is gone only so far as its newest version is a delete marker.
  public var isDeleteMarker = false

  public init(
    cloudError: CloudError, bucket: String, key: String? = nil, rightEndpoint: String? = nil, rightRegion: String? = nil
  ) {
    self.cloudError = cloudError
    self.bucket = bucket
    self.key = key
    self.rightEndpoint = rightEndpoint
    self.rightRegion = rightRegion
  }

  public var description: String { cloudError.description }
}
