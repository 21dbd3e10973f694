import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import ObjectStorage

/// The body of a request: what the request says of it, and the checking of that while it comes.
struct ReceivedBody {
  private let body: RequestBody
  private let payload: ObjectVerifier.Payload
  private let limit: UInt64
  /// Bytes of the content; nil when the request does not tell.
  let size: UInt64?
  private let md5: [UInt8]?
  /// The checksum of newer S3 clients; its value is nil when it comes behind the body.
  private var checksum: (running: BodyChecksum, value: String?)?
  private let call: ObjectCall

  /// - Throws: EntityTooLarge, InvalidDigest, MissingContentLength, InvalidArgument.
  init(_ call: ObjectCall, _ payload: ObjectVerifier.Payload, limit: UInt64) throws(StorageRefusal) {
    self.call = call
    self.payload = payload
    self.limit = limit
    body = call.exchange.request.body
    if case .chunked = payload {
      guard let text = call.header("x-amz-decoded-content-length"), let size = UInt64(text) else {
        throw StorageRefusal(
          status: 411, code: "MissingContentLength", message: "You must provide x-amz-decoded-content-length")
      }
      self.size = size
    } else {
      size = call.exchange.header(.contentLength).flatMap { UInt64($0) }
    }
    if let size, size > limit { throw .tooLarge }
    md5 = try call.header("Content-MD5").map { text throws(StorageRefusal) in
      guard let expected = Data(base64Encoded: text), expected.count == 16 else {
        throw StorageRefusal(status: 400, code: "InvalidDigest", message: "The Content-MD5 you specified is not valid")
      }
      return Array(expected)
    }
    let trailers = (call.header("x-amz-trailer") ?? "").lowercased().split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }
    for algorithm in BodyChecksum.Algorithm.allCases {
      if let value = call.header(algorithm.header) {
        checksum = (BodyChecksum(algorithm), value)
      } else if trailers.contains(algorithm.header) {
        checksum = (BodyChecksum(algorithm), nil)
      }
    }
  }

  /// Writes the content and returns its MD5; `count` hears of the bytes as they come.
  ///
  /// - Throws: the refusals of ``read(count:content:)``; what was written is then worth nothing.
  func write(to writer: BodyWriter, count: (Int) -> Void) async throws -> [UInt8] {
    try await read(count: count) { try writer.append($0) }
  }

  /// The whole content, for bodies that are read into memory.
  func collect() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try await read(count: { _ in }, content: { bytes.append(contentsOf: $0) })
    return bytes
  }

  /// Reads the body, gives its content on piece by piece, and returns the content's MD5.
  ///
  /// - Throws: EntityTooLarge, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, SignatureDoesNotMatch.
  private func read(
    count: (Int) -> Void, content: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> [UInt8] {
    var received: UInt64 = 0
    var md5 = Insecure.MD5()
    var sha256 = if case .sha256 = payload { Optional(SHA256()) } else { SHA256?.none }
    var checksum = checksum?.running
    func take(_ bytes: UnsafeRawBufferPointer) throws {
      received += UInt64(bytes.count)
      guard received <= limit else { throw StorageRefusal.tooLarge }
      md5.update(bufferPointer: bytes)
      sha256?.update(bufferPointer: bytes)
      checksum?.update(bytes)
      try content(bytes)
    }
    var trailer: [String: String] = [:]
    if case .chunked(let signature) = payload {
      var chunks = AWSChunkedBody(signature: signature)
      do {
        for try await buffer in body {
          count(buffer.readableBytes)
          try buffer.withUnsafeReadableBytes { try chunks.decode($0, content: take) }
        }
        try chunks.finish()
      } catch let failure as AWSChunkedBody.Failure {
        throw StorageRefusal(failure)
      }
      trailer = chunks.trailer
    } else {
      for try await buffer in body {
        count(buffer.readableBytes)
        try buffer.withUnsafeReadableBytes(take)
      }
    }
    if let size, size != received { throw StorageRefusal.incompleteBody }
    let digest = Array(md5.finalize())
    if let expected = self.md5, expected != digest { throw StorageRefusal.badDigest("Content-MD5") }
    if case .sha256(let expected) = payload, let sha256, expected != ObjectCatalog.hex(sha256.finalize()) {
      throw StorageRefusal(
        status: 400, code: "XAmzContentSHA256Mismatch",
        message: "The provided x-amz-content-sha256 header does not match what was computed")
    }
    if let checksum { try check(checksum, trailer) }
    return digest
  }

  private func check(_ checksum: BodyChecksum, _ trailer: [String: String]) throws(StorageRefusal) {
    let name = checksum.algorithm.header
    guard let value = self.checksum?.value ?? trailer[name], let expected = Data(base64Encoded: value),
      expected.count == checksum.bytes.count
    else {
      throw StorageRefusal(
        status: 400, code: "InvalidRequest", message: "Value for \(name) is missing or invalid")
    }
    guard Array(expected) == checksum.bytes else { throw .badDigest(name) }
  }
}
