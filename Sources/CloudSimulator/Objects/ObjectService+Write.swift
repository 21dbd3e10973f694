import Crypto
import Foundation
import HTTPTypes

extension ObjectService {
  /// Largest object of one request, in bytes.
  private static let putLimit: UInt64 = 5 << 30

  /// `PUT /bucket/key`: streamed into a file outside the bucket, which takes its place when it is whole.
  func put(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    try checkBucket(call.bucket)
    if call.extensionHeader("copy-source") != nil { throw StorageRefusal.notImplemented("copying of objects") }
    guard let path = core.tree.plainPath(bucket: call.bucket, key: call.key) else {
      throw StorageRefusal.invalidArgument(
        "key", call.key,
        "The key cannot be a file name here: no empty parts, no . or .., at most 255 bytes between slashes")
    }
    var facts = ObjectCatalog.Facts(size: 0, modified: 0, etag: "")
    if let name = call.extensionHeader("storage-class") {
      guard let known = SignatureKind.storageClass(name) else {
        throw StorageRefusal.invalidArgument("storage-class", name, "The storage class is unknown")
      }
      facts.storageClass = known
    } else {
      facts.storageClass = core.catalog.storageClass(of: call.bucket)
    }
    facts.contentType = call.exchange.header(.contentType)
    facts.metadata = call.metadata
    if let length = call.exchange.header(.contentLength).flatMap({ UInt64($0) }), length > Self.putLimit {
      throw Self.tooLarge
    }
    let upload = core.directory.uploads + "/" + RandomText.hex(32)
    defer { unlink(upload) }
    let digests = try await receive(call, payload, into: upload)
    facts.etag = ObjectCatalog.hex(digests.md5)
    try place(upload, at: path, call)
    guard let status = core.tree.status(bucket: call.bucket, key: call.key)?.status else {
      throw StorageRefusal.denied("The key leads out of the bucket by a link")
    }
    facts.size = status.size
    facts.modified = status.modified
    try await core.catalog.set(facts, call.bucket, call.key)
    return Reply(status: 200, headers: [("ETag", "\"\(facts.etag)\"")])
  }

  private static let tooLarge = StorageRefusal(
    status: 400, code: "EntityTooLarge", message: "Your proposed upload exceeds the maximum allowed size")

  /// Writes the body to a file and compares it with the digests that the request declares.
  private func receive(
    _ call: ObjectCall, _ payload: ObjectVerifier.Payload, into upload: String
  ) async throws -> (md5: [UInt8], size: UInt64) {
    let file = open(upload, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    defer { close(file) }
    var md5 = Insecure.MD5()
    var sha256 = payload == .unsigned ? nil : SHA256()
    var size: UInt64 = 0
    for try await buffer in call.exchange.request.body {
      let bytes = Array(buffer.readableBytesView)
      size += UInt64(bytes.count)
      guard size <= Self.putLimit else { throw Self.tooLarge }
      md5.update(data: bytes)
      sha256?.update(data: bytes)
      try Self.write(bytes, to: file)
    }
    if let length = call.exchange.header(.contentLength).flatMap({ UInt64($0) }), length != size {
      throw StorageRefusal(
        status: 400, code: "IncompleteBody",
        message: "You did not provide the number of bytes specified by Content-Length")
    }
    let digest = Array(md5.finalize())
    if let name = HTTPField.Name("Content-MD5"), let declared = call.exchange.header(name) {
      guard let expected = Data(base64Encoded: declared), expected.count == 16 else {
        throw StorageRefusal(status: 400, code: "InvalidDigest", message: "The Content-MD5 you specified is not valid")
      }
      guard Array(expected) == digest else {
        throw StorageRefusal(
          status: 400, code: "BadDigest", message: "The Content-MD5 you specified did not match what we received")
      }
    }
    if case .sha256(let expected) = payload, let sha256, expected != ObjectCatalog.hex(sha256.finalize()) {
      throw StorageRefusal(
        status: 400, code: "XAmzContentSHA256Mismatch",
        message: "The provided x-amz-content-sha256 header does not match what was computed")
    }
    return (digest, size)
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    try bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        done += count
      }
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
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw conflict
    }
    if path.endsWithSlash { return }
    guard rename(upload, path) == 0 else { throw conflict }
  }

  /// `DELETE /bucket/key`: 204, also when there is none; folders that become empty go too, since only keys count.
  func delete(_ call: ObjectCall) async throws -> Reply {
    try checkBucket(call.bucket)
    guard let path = core.tree.plainPath(bucket: call.bucket, key: call.key),
      core.tree.existingPath(bucket: call.bucket, key: call.key) != nil
    else { return .noContent }
    if path.endsWithSlash {
      rmdir(path)
    } else {
      unlink(path)
    }
    var folder = call.key.endsWithSlash ? call.key.parentPath?.parentPath : call.key.parentPath
    while let name = folder, rmdir(core.tree.root + "/" + call.bucket + "/" + name) == 0 { folder = name.parentPath }
    try await core.catalog.remove(call.bucket, call.key)
    return .noContent
  }
}
