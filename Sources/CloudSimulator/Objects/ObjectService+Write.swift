import Foundation
import HTTPTypes

extension ObjectService {
  /// Largest object of one request, in bytes.
  static let putLimit: UInt64 = 5 << 30

  /// `PUT /bucket/key`: streamed into a file outside the bucket, which takes its place when it is whole.
  func put(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    try checkBucket(call.bucket)
    let path = try writablePath(call)
    var facts = ObjectCatalog.Facts(size: 0, modified: 0, etag: "")
    facts.properties = try ObjectProperties(call, usualClass: core.catalog.storageClass(of: call.bucket))
    let upload = core.directory.uploads + "/" + RandomText.hex(32)
    defer { unlink(upload) }
    let body = try ReceivedBody(call, payload, limit: Self.putLimit)
    let writer = try BodyWriter(path: upload)
    facts.etag = ObjectCatalog.hex(try await body.write(to: writer) { core.countReceived($0, by: call.exchange.call) })
    try writer.end()
    try await store(upload, at: path, call, status: writer.status(), facts)
    return Reply(status: 200, headers: [("ETag", "\"\(facts.etag)\"")])
  }

  /// Path of a key that something is to be stored at.
  ///
  /// - Throws: InvalidArgument when the key cannot be a file name.
  func writablePath(_ call: ObjectCall) throws(StorageRefusal) -> String {
    guard let path = core.tree.plainPath(bucket: call.bucket, key: call.key) else {
      throw .invalidArgument(
        "key", call.key,
        "The key cannot be a file name here: no empty parts, no . or .., at most 255 bytes between slashes")
    }
    return path
  }

  /// Moves a whole file to its key and remembers what is known of it.
  func store(
    _ file: String, at path: String, _ call: ObjectCall, status: BucketTree.Status, _ facts: ObjectCatalog.Facts
  ) async throws {
    try await core.catalog.set(call.bucket, call.key) {
      try place(file, at: path, call)
      // A directory has a size and a time of its own.
      let status = path.endsWithSlash ? core.tree.status(path: path) ?? status : status
      var facts = facts
      facts.size = status.size
      facts.modified = status.modified
      return facts
    }
  }

  /// Moves an upload to its key; a key with a slash at its end becomes a directory.
  private func place(_ upload: String, at path: String, _ call: ObjectCall) throws {
    let conflict = StorageRefusal.invalidArgument(
      "key", call.key, "The key cannot be stored here: a part of it is an object already, or it is a folder")
    let folder = path.endsWithSlash ? path : path.parentPath ?? ""
    // Looked at before anything is made, so that no link makes a folder appear elsewhere.
    guard core.tree.leads(folder, into: call.bucket) else {
      throw StorageRefusal.denied("The key leads out of the bucket by a link")
    }
    // Again when a deletion took the folder away as empty in between.
    for _ in 0..<100 {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw conflict
      }
      if path.endsWithSlash || rename(upload, path) == 0 { return }
      if errno == EXDEV { throw StorageRefusal.otherFileSystem(call.bucket) }
      guard errno == ENOENT else { break }
    }
    throw conflict
  }
}
