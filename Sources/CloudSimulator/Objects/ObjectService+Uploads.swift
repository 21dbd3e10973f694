import Foundation
import HTTPTypes
import ObjectStorage

extension ObjectService {
  /// Largest object that a multipart upload makes: 48.8 TB.
  static let objectLimit: UInt64 = 10_000 * putLimit
  /// Room for the list of 10,000 parts with everything clients write into it.
  private static let completionLimit: UInt64 = 4 << 20

  /// `POST /bucket/key?uploads`.
  func startUpload(_ call: ObjectCall) async throws -> Reply {
    try checkBucket(call.bucket)
    _ = try writablePath(call)
    guard !call.key.endsWithSlash else {
      throw StorageRefusal.invalidArgument("key", call.key, "A key that ends with a slash is a folder here")
    }
    let properties = try ObjectProperties(call, usualClass: core.catalog.storageClass(of: call.bucket))
    let id = try await core.uploads.start(
      bucket: call.bucket, key: call.key, properties: properties, at: call.exchange.received)
    var text = XMLText()
    text.element("InitiateMultipartUploadResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      writeName(of: call, to: &text)
      text.element("UploadId", id)
    }
    return .xml(text.bytes)
  }

  /// `PUT /bucket/key?partNumber=N&uploadId=ID`: streamed to where it lies in the object.
  func uploadPart(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    let upload = try upload(of: call)
    let number = try partNumber(call)
    if call.isCopy { return try await copyPart(call, upload, number) }
    let body = try ReceivedBody(call, payload, limit: Self.putLimit)
    let ticket = try core.uploads.claim(upload, number, size: body.size)
    defer { core.uploads.release(ticket) }
    let writer = try BodyWriter(path: ticket.path, offset: ticket.offset)
    let digest = try await body.write(to: writer) { core.countReceived($0, by: call.exchange.call) }
    if case .file = ticket.place { try writer.end() }
    let part = Upload.Part(
      number: number, size: writer.size, modified: call.exchange.received, digest: digest, place: ticket.place)
    try await core.uploads.record(part, ticket)
    return Reply(status: 200, headers: [("ETag", "\"\(part.etag)\"")])
  }

  /// `DELETE /bucket/key?uploadId=ID`.
  func abortUpload(_ call: ObjectCall) async throws -> Reply {
    let upload = try upload(of: call)
    guard !upload.isCompleting else { throw StorageRefusal.operationAborted }
    try await core.uploads.remove(upload.id)
    return .noContent
  }

  /// `POST /bucket/key?uploadId=ID`: the parts become the object.
  func completeUpload(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    var upload = try upload(of: call)
    let path = try writablePath(call)
    let body = try await ReceivedBody(call, payload, limit: Self.completionLimit).collect()
    let assembly: Upload.Assembly
    (upload, assembly) = try core.uploads.beginCompletion(upload, of: Self.parts(in: body), sizeLimit: Self.objectLimit)
    let etag = assembly.etag
    do {
      let (uploads, ready) = (core.uploads, upload)
      let object = try await Self.onThread { try uploads.assemble(ready, assembly) }
      var facts = ObjectCatalog.Facts(size: object.status.size, modified: object.status.modified, etag: etag)
      facts.uploadID = upload.id
      facts.properties = upload.properties
      try await core.uploads.promise(facts, upload.id)
      try await store(object.path, at: path, call, status: object.status, facts)
    } catch {
      core.uploads.cancelCompletion(upload.id)
      throw error
    }
    try await core.uploads.remove(upload.id)
    var text = XMLText()
    text.element("CompleteMultipartUploadResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("Location", call.exchange.endpoint + call.exchange.path)
      writeName(of: call, to: &text)
      text.element("ETag", "\"\(etag)\"")
    }
    return .xml(text.bytes)
  }

  /// The parts of a completion's body.
  ///
  /// - Throws: MalformedXML.
  private static func parts(in body: [UInt8]) throws(StorageRefusal) -> [(number: Int, etag: String)] {
    guard let document = XMLElement(parsing: body), document.name == "CompleteMultipartUpload" else {
      throw .malformedXML("CompleteMultipartUpload with Part elements is expected")
    }
    var parts: [(number: Int, etag: String)] = []
    for part in document.all("Part") {
      guard let text = part.text(of: "PartNumber"), let number = Int(text), let etag = part.text(of: "ETag") else {
        throw .malformedXML("a Part needs PartNumber and ETag")
      }
      parts.append((number, etag.filter { $0 != "\"" && !$0.isWhitespace }))
    }
    guard !parts.isEmpty else { throw .malformedXML("there is no Part") }
    return parts
  }

  // MARK: What requests name

  /// The upload that `uploadId` names.
  ///
  /// - Throws: NoSuchBucket, NoSuchUpload.
  func upload(of call: ObjectCall) throws -> Upload {
    try checkBucket(call.bucket)
    return try core.uploads.upload(call.exchange.query("uploadId") ?? "", call.bucket, call.key)
  }

  private func partNumber(_ call: ObjectCall) throws(StorageRefusal) -> Int {
    let text = call.exchange.query("partNumber") ?? ""
    guard let number = Int(text), Upload.numbers.contains(number) else {
      throw .invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive")
    }
    return number
  }

  /// Bucket and key, the latter encoded where the client asks for it.
  func writeName(of call: ObjectCall, to text: inout XMLText) {
    text.element("Bucket", call.bucket)
    text.element("Key", call.encoded(call.key))
  }
}
