import CloudAccess
import Foundation
import ObjectStorage

extension ObjectService {
  /// Keys of one request.
  private static let deletionLimit = 1000

  /// `DELETE /bucket/key`: 204, also when there is none.
  func delete(_ call: ObjectCall) async throws -> Reply {
    try checkBucket(call.bucket)
    try await remove(call.bucket, call.key)
    return .noContent
  }

  /// `POST /bucket?delete`: up to 1000 keys at once; one that is not there counts as deleted.
  func deleteObjects(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    try checkBucket(call.bucket)
    let body = try await ReceivedBody(call, payload, limit: 2 << 20).collect()
    guard let document = XMLElement(parsing: body), document.name == "Delete" else {
      throw StorageRefusal.malformedXML("Delete with Object elements is expected")
    }
    let keys = document.all("Object").compactMap { $0.text(of: "Key") }
    guard (1...Self.deletionLimit).contains(keys.count), keys.count == document.all("Object").count else {
      throw StorageRefusal.malformedXML("1 to \(Self.deletionLimit) Object elements with a Key are expected")
    }
    guard !document.all("Object").contains(where: { $0["VersionId"] != nil && $0.text(of: "VersionId") != "null" })
    else { throw StorageRefusal.notImplemented("versions of objects") }
    let isQuiet = document.text(of: "Quiet")?.trimmingCharacters(in: .whitespacesAndNewlines) == "true"
    let encodes = document.text(of: "EncodingType") == "url"
    for key in keys { try await remove(call.bucket, key) }
    var text = XMLText()
    text.element("DeleteResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      if encodes { text.element("EncodingType", "url") }
      for key in isQuiet ? [] : keys {
        text.element("Deleted") { text in
          text.element("Key", encodes ? PercentEncoding.encode(key, allowing: "/") : key)
        }
      }
    }
    return .xml(text.bytes)
  }

  /// Removes an object; folders that become empty go too, since only keys count.
  private func remove(_ bucket: String, _ key: String) async throws {
    guard let path = core.tree.plainPath(bucket: bucket, key: key),
      core.tree.existingPath(bucket: bucket, key: key) != nil
    else { return }
    if path.endsWithSlash {
      rmdir(path)
    } else {
      unlink(path)
    }
    var folder = key.endsWithSlash ? key.parentPath?.parentPath : key.parentPath
    while let name = folder, rmdir(core.tree.root + "/" + bucket + "/" + name) == 0 { folder = name.parentPath }
    try await core.catalog.remove(bucket, key)
  }
}
