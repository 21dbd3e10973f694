import Foundation
import HTTPTypes
import Hummingbird

/// The body of an upload: what its request says of it, and the checking of that while it comes.
struct ReceivedBody {
  private let body: RequestBody
  private let payload: ObjectVerifier.Payload
  private let limit: UInt64
  /// Bytes of the content; nil when the request does not tell.
  let size: UInt64?
  private let md5: [UInt8]?

  /// - Throws: EntityTooLarge, InvalidDigest.
  init(_ call: ObjectCall, _ payload: ObjectVerifier.Payload, limit: UInt64) throws(StorageRefusal) {
    body = call.exchange.request.body
    self.payload = payload
    self.limit = limit
    size = call.exchange.header(.contentLength).flatMap { UInt64($0) }
    if let size, size > limit { throw .tooLarge }
    guard let name = HTTPField.Name("Content-MD5"), let declared = call.exchange.header(name) else {
      md5 = nil
      return
    }
    guard let expected = Data(base64Encoded: declared), expected.count == 16 else {
      throw StorageRefusal(status: 400, code: "InvalidDigest", message: "The Content-MD5 you specified is not valid")
    }
    md5 = Array(expected)
  }

  var needsSHA256: Bool { payload != .unsigned }

  /// Writes the content and returns its MD5; `count` hears of the bytes as they come.
  ///
  /// - Throws: EntityTooLarge, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch; what was written is then worth nothing.
  func write(to writer: BodyWriter, count: (Int) -> Void) async throws -> [UInt8] {
    for try await buffer in body {
      count(buffer.readableBytes)
      guard writer.size + UInt64(buffer.readableBytes) <= limit else { throw StorageRefusal.tooLarge }
      try buffer.withUnsafeReadableBytes(writer.append)
    }
    if let size, size != writer.size {
      throw StorageRefusal(
        status: 400, code: "IncompleteBody",
        message: "You did not provide the number of bytes specified by Content-Length")
    }
    let digests = writer.digests()
    if let md5, md5 != digests.md5 {
      throw StorageRefusal(
        status: 400, code: "BadDigest", message: "The Content-MD5 you specified did not match what we received")
    }
    if case .sha256(let expected) = payload, let sha256 = digests.sha256, expected != ObjectCatalog.hex(sha256) {
      throw StorageRefusal(
        status: 400, code: "XAmzContentSHA256Mismatch",
        message: "The provided x-amz-content-sha256 header does not match what was computed")
    }
    return digests.md5
  }
}
