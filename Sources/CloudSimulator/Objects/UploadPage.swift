/// A page of the list of multipart uploads.
struct UploadPage {
  private(set) var uploads: [Upload] = []
  private(set) var prefixes: [String] = []
  private(set) var isTruncated = false
  /// What the page ends with; a common prefix has no id.
  private(set) var last: (key: String, id: String) = ("", "")

  /// `sorted` are in the order of lists; the page begins behind a key, or behind an upload of it when there is an id.
  init(_ sorted: [Upload], prefix: String, delimiter: String, afterKey: String, afterID: String, limit: Int) {
    for upload in sorted where upload.key.utf8.starts(with: prefix.utf8) {
      guard Self.isBehind(upload, afterKey, afterID) else { continue }
      let common = ObjectListing.commonPrefix(of: upload.key, prefix: prefix, delimiter: delimiter)
      if let common {
        guard common != prefixes.last, afterKey.isEmpty || afterKey.utf8.lexicographicallyPrecedes(common.utf8) else {
          continue
        }
      }
      guard uploads.count + prefixes.count < limit else {
        isTruncated = limit > 0
        return
      }
      if let common {
        prefixes.append(common)
        last = (common, "")
      } else {
        uploads.append(upload)
        last = (upload.key, upload.id)
      }
    }
  }

  private static func isBehind(_ upload: Upload, _ key: String, _ id: String) -> Bool {
    if upload.key.utf8.elementsEqual(key.utf8) { return !id.isEmpty && id < upload.id }
    return key.utf8.lexicographicallyPrecedes(upload.key.utf8)
  }
}
