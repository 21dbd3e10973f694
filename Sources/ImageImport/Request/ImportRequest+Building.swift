import CloudAccess

/// Comforts for those who build requests by hand; JSON read as it stands does not pass through them.
extension ImportRequest {
  /// The request with `image_url` as `bucket:object` where it came as `obs://bucket/object` or `s3://bucket/object`.
  public func normalizingImageURL() -> ImportRequest {
    guard let url = imageURL, let location = ImageLocation(storeURL: url) else { return self }
    var copy = self
    copy.imageURL = location.description
    return copy
  }

  /// The request with `image_tags` as the API's list where it came as a map of key to value, sorted by key.
  public func normalizingImageTags() -> ImportRequest {
    guard let map = self[.imageTags]?.objectValue else { return self }
    var copy = self
    copy[.imageTags] = .array(
      map.sorted { $0.key < $1.key }.map { .object(["key": .string($0.key), "value": $0.value]) })
    return copy
  }
}
