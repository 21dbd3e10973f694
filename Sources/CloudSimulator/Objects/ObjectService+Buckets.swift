import CloudAccess
import Foundation
import HTTPTypes

extension ObjectService {
  /// `GET /`.
  func listBuckets(_ call: ObjectCall) -> Reply {
    var text = XMLText()
    text.element("ListAllMyBucketsResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("Owner") { text in text.element("ID", core.credentials.domain_id) }
      text.element("Buckets") { text in
        for bucket in core.tree.buckets() {
          text.element("Bucket") { text in
            text.element("Name", bucket)
            let made = core.tree.status(path: core.tree.root + "/" + bucket)?.modifiedDate ?? call.exchange.received
            text.element("CreationDate", TimeText.iso(made, .milliseconds))
            text.element("Location", core.configuration.region)
          }
        }
      }
    }
    return .xml(text.bytes)
  }

  /// `HEAD /bucket`: region and class.
  func headBucket(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    let storageClass = call.kind.name(ofClass: core.catalog.storageClass(of: call.bucket))
    var reply = Reply(status: 200)
    switch call.kind {
    case .obs:
      reply.headers = [
        ("x-obs-bucket-location", core.configuration.region), ("x-obs-storage-class", storageClass),
        ("x-obs-version", "3.0"),
      ]
    case .aws:
      reply.headers = [
        ("x-amz-bucket-region", core.configuration.region), ("x-default-storage-class", storageClass),
      ]
    }
    return reply
  }

  /// `GET /bucket?location`.
  func location(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    let name = call.kind == .obs ? "Location" : "LocationConstraint"
    return .xml(Self.document(name, core.configuration.region, call.kind))
  }

  /// `GET /bucket?storageClass`, in AWS words `?storagePolicy`.
  func storageClass(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    let name = call.kind.name(ofClass: core.catalog.storageClass(of: call.bucket))
    if call.exchange.hasQuery("storageClass") { return .xml(Self.document("StorageClass", name, call.kind)) }
    var text = XMLText()
    text.element("StoragePolicy", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("DefaultStorageClass", name)
    }
    return .xml(text.bytes)
  }

  private static func document(_ name: String, _ value: String, _ kind: SignatureKind) -> [UInt8] {
    Array(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<\(name) xmlns=\"\(kind.namespace)\">\(value)</\(name)>"
        .utf8)
  }

  /// `PUT /bucket`: makes the directory; a bucket that is there already stays as it is.
  func createBucket(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply {
    if !core.tree.hasBucket(call.bucket), !BucketTree.isBucketName(call.bucket) { try checkBucket(call.bucket) }
    let field = HTTPField.Name("x-default-storage-class")
    let wanted = call.extensionHeader("storage-class") ?? field.flatMap(call.exchange.header)
    let body = try await ReceivedBody(call, payload, limit: 1 << 16).collect()
    if let region = Self.text(of: body, in: ["LocationConstraint", "Location"]), !region.isEmpty,
      region != core.configuration.region
    {
      throw StorageRefusal(
        status: 400, code: "InvalidLocationConstraint", message: "The specified location constraint is not valid",
        details: [("Location", region)])
    }
    var storageClass = "STANDARD"
    if let wanted {
      guard let known = SignatureKind.storageClass(wanted) else {
        throw StorageRefusal.invalidArgument("storage-class", wanted, "The storage class is unknown")
      }
      storageClass = known
    }
    if !core.tree.hasBucket(call.bucket) {
      guard mkdir(core.tree.root + "/" + call.bucket, 0o755) == 0 || errno != EEXIST else {
        throw StorageRefusal(
          status: 409, code: "BucketAlreadyExists",
          message: "The bucket cannot be made: something else has its name in the directory of buckets",
          details: [("BucketName", call.bucket)])
      }
      guard core.tree.hasBucket(call.bucket) else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
      try await core.catalog.setStorageClass(storageClass, of: call.bucket)
    }
    return Reply(status: 200, headers: [("Location", "/" + call.bucket)])
  }

  /// The text of the first element with one of the names; enough for bodies of one value.
  static func text(of body: [UInt8], in names: [String]) -> String? {
    let document = String(decoding: body, as: UTF8.self)
    for name in names {
      guard let start = document.range(of: "<\(name)>"),
        let end = document.range(of: "</\(name)>", range: start.upperBound..<document.endIndex)
      else { continue }
      return document[start.upperBound..<end.lowerBound].trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return nil
  }

  /// `DELETE /bucket`: only an empty one, without uploads under way.
  func deleteBucket(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    guard core.uploads.uploads(of: call.bucket).isEmpty, rmdir(core.tree.root + "/" + call.bucket) == 0 else {
      throw StorageRefusal(
        status: 409, code: "BucketNotEmpty", message: "The bucket you tried to delete is not empty",
        details: [("BucketName", call.bucket)])
    }
    return .noContent
  }
}
