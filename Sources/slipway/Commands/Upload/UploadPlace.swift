import ImageImport

/// Where a file goes: the bucket, and a key that may be completed by the file's name.
struct UploadPlace: Sendable, Hashable {
  var bucket: String
  var key: String

  /// From `BUCKET:KEY`, `obs://BUCKET/KEY` or `s3://BUCKET/KEY`; nil for anything else.
  init?(_ text: String, file: String) {
    let name = file.split(separator: "/").last.map(String.init) ?? ""
    let hasFolder = text.hasSuffix("/") || text.hasSuffix(":")
    let whole = hasFolder ? text + name : text
    guard let location = whole.contains("://") ? ImageLocation(storeURL: whole) : ImageLocation(whole) else {
      return nil
    }
    bucket = location.bucket
    key = location.key
  }
}
