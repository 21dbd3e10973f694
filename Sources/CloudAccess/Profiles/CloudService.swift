/// A service of the cloud with an endpoint of its own.
public enum CloudService: String, Sendable, CaseIterable, Hashable, Codable {
  /// IAM, version 3; its endpoint ends with `/v3`.
  case identity
  /// IMS; its endpoint has no version.
  case image
  /// OBS; its endpoint is the host without a bucket.
  case objectStorage
}
