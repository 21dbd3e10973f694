/// The ways of signing requests to object storage.
public enum ObjectStorageSignature: String, Sendable, Hashable, CaseIterable {
  /// The native one, `OBS AK:…`, headers `x-obs-…`.
  case obs
  /// The older one of AWS, `AWS AK:…`, headers `x-amz-…`.
  case awsV2 = "aws-v2"
  /// The present one of AWS, `AWS4-HMAC-SHA256 …`, headers `x-amz-…`.
  case awsV4 = "aws-v4"

  /// The start of the names of this kind's own headers; answers use the same.
  public var headerPrefix: String { self == .obs ? "x-obs-" : "x-amz-" }

  /// The word before the key id in the `Authorization` header.
  package var authorizationWord: String { self == .obs ? "OBS" : "AWS" }
}
