import Foundation
import HTTPTypes

/// Object storage in path style over plain directories.
struct ObjectService: Sendable {
  let core: CloudCore

  var verifier: ObjectVerifier { ObjectVerifier(credentials: core.credentials, configuration: core.configuration) }

  /// Whether a request bears a signature of object storage, right or wrong.
  func isSigned(_ exchange: Exchange) -> Bool {
    ObjectVerifier.isSigned(exchange)
  }

  /// Answers a request; errors to HEAD have no body.
  func respond(_ exchange: Exchange) async -> Reply {
    let kind = ObjectVerifier.kind(of: exchange)
    var reply: Reply
    do {
      reply = try await answer(exchange, kind)
    } catch let refusal as StorageRefusal {
      reply = refusal.reply(requestID: exchange.requestID)
    } catch let error as POSIXError where [.ENOSPC, .EDQUOT, .EFBIG].contains(error.code) {
      core.logger.error("there is no room for an object", metadata: ["path": "\(exchange.path)", "error": "\(error)"])
      reply = StorageRefusal(
        status: 403, code: "InsufficientStorageSpace",
        message: "There is no room on the disk of the local cloud: \(String(cString: strerror(error.code.rawValue)))"
      ).reply(requestID: exchange.requestID)
    } catch {
      core.logger.error(
        "a request to object storage failed inside the local cloud",
        metadata: ["method": "\(exchange.method)", "path": "\(exchange.path)", "error": "\(error)"])
      reply = StorageRefusal(status: 500, code: "InternalError", message: "We encountered an internal error")
        .reply(requestID: exchange.requestID)
    }
    if exchange.method == "HEAD", case .bytes = reply.body { reply.body = .none }
    reply.headers.append((kind.prefix + "request-id", exchange.requestID))
    reply.headers.append((kind.prefix + "id-2", exchange.requestID))
    return reply
  }

  private func answer(_ exchange: Exchange, _ kind: SignatureKind) async throws -> Reply {
    let call = try ObjectCall(exchange, kind: kind)
    let payload = try verifier.verify(exchange)
    if call.bucket.isEmpty {
      guard exchange.method == "GET" else { throw Self.notAllowed(exchange) }
      return listBuckets(call)
    }
    if let reply = try await answerUpload(call, payload) { return reply }
    if let reply = try setting(call) { return reply }
    if let name = Self.unsupported.first(where: exchange.hasQuery) {
      throw StorageRefusal.notImplemented("the sub-resource \(name)")
    }
    switch (exchange.method, call.key.isEmpty) {
    case ("HEAD", true): return try headBucket(call)
    case ("POST", true) where exchange.hasQuery("delete"): return try await deleteObjects(call, payload)
    case ("GET", true) where exchange.hasQuery("location"): return try location(call)
    case ("GET", true) where exchange.hasQuery("storageClass"), ("GET", true) where exchange.hasQuery("storagePolicy"):
      return try storageClass(call)
    case ("GET", true): return try list(call)
    case ("PUT", true): return try await createBucket(call, payload)
    case ("DELETE", true): return try deleteBucket(call)
    case ("GET", false), ("HEAD", false): return try read(call)
    case ("PUT", false) where call.isCopy: return try await copyObject(call)
    case ("PUT", false): return try await put(call, payload)
    case ("DELETE", false): return try await delete(call)
    default: throw Self.notAllowed(exchange)
    }
  }

  /// Answers what belongs to multipart uploads; nil for everything else.
  private func answerUpload(_ call: ObjectCall, _ payload: ObjectVerifier.Payload) async throws -> Reply? {
    let exchange = call.exchange
    if exchange.hasQuery("uploads") {
      switch (exchange.method, call.key.isEmpty) {
      case ("GET", true): return try listUploads(call)
      case ("POST", false): return try await startUpload(call)
      default: throw Self.notAllowed(exchange)
      }
    }
    guard exchange.hasQuery("uploadId"), !call.key.isEmpty else { return nil }
    switch exchange.method {
    case "PUT": return try await uploadPart(call, payload)
    case "GET": return try listParts(call)
    case "POST": return try await completeUpload(call, payload)
    case "DELETE": return try await abortUpload(call)
    default: throw Self.notAllowed(exchange)
    }
  }

  /// Sub-resources that mean another operation than the plain request; answering the plain one would be a lie.
  private static let unsupported = [
    "acl", "lifecycle", "logging", "policy", "quota", "storageinfo", "tagging", "versioning",
    "versions",
    "versionId", "requestPayment", "encryption", "cors", "website", "notification", "replication", "restore", "append",
    "modify", "rename",
  ]

  private static func notAllowed(_ exchange: Exchange) -> StorageRefusal {
    StorageRefusal(
      status: 405, code: "MethodNotAllowed", message: "The specified method is not allowed against this resource",
      details: [("Method", exchange.method)])
  }

  /// - Throws: NoSuchBucket, or InvalidBucketName.
  func checkBucket(_ bucket: String) throws {
    guard BucketTree.isBucketName(bucket) else {
      throw StorageRefusal(
        status: 400, code: "InvalidBucketName", message: "The specified bucket is not valid",
        details: [("BucketName", bucket)])
    }
    guard core.tree.hasBucket(bucket) else { throw StorageRefusal.noBucket(bucket) }
  }
}
