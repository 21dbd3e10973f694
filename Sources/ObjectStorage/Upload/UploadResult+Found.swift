extension UploadResult {
  /// For an object that the caller found to be what was to be sent.
  public static func found(_ object: ObjectInfo) -> UploadResult {
    UploadResult(
      bucket: object.bucket, key: object.key, size: object.size, etag: object.etag, parts: 0, sentBytes: 0,
      resumedBytes: object.size, wasThere: true, duration: .zero)
  }
}
