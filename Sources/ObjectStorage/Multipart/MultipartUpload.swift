import Foundation

/// A multipart upload that the store knows and that is neither completed nor aborted: its parts are kept, and billed.
public struct MultipartUpload: Sendable, Hashable {
  public var bucket: String
  public var key: String
  public var uploadID: String
  /// When it was begun, where the store says so.
  public var initiated: Date?

  public init(bucket: String, key: String, uploadID: String, initiated: Date? = nil) {
    self.bucket = bucket
    self.key = key
    self.uploadID = uploadID
    self.initiated = initiated
  }
}
