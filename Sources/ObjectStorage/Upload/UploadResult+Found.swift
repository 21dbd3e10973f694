extension UploadResult {
  /// For an object that the caller found to be what was to be sent.
  public static func found(_ object: ObjectInfo) -> UploadResult {
    UploadResult(
      bucket: object.bucket, key: object.key, size: object.size, etag: object.etag, parts: 0, sentBytes: 0,
      resumedBytes: object.size, wasThere: true, duration: .zero)
  }

  /// For an upload that a dry run leaves out.
  public static func planned(bucket: String, key: String, size: UInt64) -> UploadResult {
    UploadResult(
      bucket: bucket, key: key, size: size, etag: nil, parts: 0, sentBytes: 0, resumedBytes: 0, wasThere: false,
      duration: .zero)
  }
}
