import Foundation

/// What HEAD or a listing tells about an object.
public struct ObjectInfo: Sendable, Hashable {
  public var bucket: String
  public var key: String
  /// The size in bytes.
  public var size: UInt64
  /// The entity tag without quotes; the MD5 of the content only for plain, unencrypted uploads.
  public var etag: String?
  public var lastModified: Date?
  public var storageClass: StorageClass
  /// The restore state of an archived object, as the service words it.
  public var restore: String?
  /// The kind of server-side encryption: `kms`, `aws:kms` or a customer key's algorithm; `nil` when not encrypted.
  public var encryption: String?
  /// Whether the key of the encryption is the customer's own, which the image service cannot know.
  public var usesCustomerKey: Bool
  public var contentType: String?
  public var versionID: String?
  /// The multipart upload that made the object, where the service tells.
  public var uploadID: String?
  public var requestID: String?

  public init(
    bucket: String, key: String, size: UInt64, etag: String? = nil, lastModified: Date? = nil,
    storageClass: StorageClass = .standard, restore: String? = nil, encryption: String? = nil,
    usesCustomerKey: Bool = false, contentType: String? = nil, versionID: String? = nil, uploadID: String? = nil,
    requestID: String? = nil
  ) {
    self.bucket = bucket
    self.key = key
    self.size = size
    self.etag = etag
    self.lastModified = lastModified
    self.storageClass = storageClass
    self.restore = restore
    self.encryption = encryption
    self.usesCustomerKey = usesCustomerKey
    self.contentType = contentType
    self.versionID = versionID
    self.uploadID = uploadID
    self.requestID = requestID
  }
}
