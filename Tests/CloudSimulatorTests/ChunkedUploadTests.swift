import CloudAccess
import Crypto
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Uploads of newer S3 clients to the local cloud")
struct ChunkedUploadTests {
  private static let streaming = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

  /// A version 4 request whose payload hash is given; `body` gets the signature of its head.
  private static func put(
    _ cloud: TestCloud, _ key: String, hash: String, headers: [(name: String, value: String)] = [],
    query: [(name: String, value: String?)] = [], _ body: (AWSChunkSignature) -> String
  ) async throws -> HTTPResponse {
    var request = ObjectRequest(
      method: "PUT", bucket: "images", key: key, addressing: .path, query: query, headers: headers)
    let date = Timestamp.compactUTC(Date())
    request.headers += [
      ("Host", cloud.access.endpoint.replacing("http://", with: "")), ("x-amz-date", date),
      ("x-amz-content-sha256", hash),
    ]
    let authorization = ObjectStorageSigner.authorizationV4(request, key: cloud.key, region: cloud.access.region)
    let seed = String(authorization.suffix(64))
    request.headers.append(("Authorization", authorization))
    request.headers.removeAll { $0.name == "Host" }
    let signature = AWSChunkSignature(secret: cloud.key.secret, date: date, region: cloud.access.region, seed: seed)
    let text = request.wireQuery.isEmpty ? "" : "?" + request.wireQuery
    return try await cloud.send(
      "PUT", request.wirePath + text, headers: request.headers, body: Array(body(signature).utf8))
  }

  @Test("Unsigned chunks with a checksum behind them become the object; a wrong checksum leaves nothing")
  func trailer() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      for (name, right) in [
        ("crc32", "y/Q5Jg=="), ("crc32c", "4waSgw=="), ("crc64nvme", "rosUhgp5mIg="),
        ("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="), ("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
      ] {
        let digest = Self.expected(name)
        #expect(digest == right, "\(name)")
        for (value, status) in [(digest, 200), (Data(repeating: 1, count: 4).base64EncodedString(), 400), ("", 400)] {
          let reply = try await Self.put(
            cloud, "a", hash: Self.streaming,
            headers: [
              ("x-amz-decoded-content-length", "9"), ("x-amz-trailer", "x-amz-checksum-\(name)"),
              ("Content-Encoding", "aws-chunked"),
            ]
          ) { _ in "4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-\(name):\(value)\r\n\r\n" }
          #expect(reply.status == status, "\(name) \(reply.text)")
          let object = try await cloud.obs("GET", "images", "a")
          #expect(object.status == (status == 200 ? 200 : 404))
          if status == 200 {
            #expect(object.text == "123456789")
            #expect(object.header("Content-Encoding") == nil)
            _ = try await cloud.obs("DELETE", "images", "a")
          }
        }
      }
    }
  }

  private static func expected(_ name: String) -> String {
    guard let algorithm = BodyChecksum.Algorithm(rawValue: name) else { return "" }
    var checksum = BodyChecksum(algorithm)
    // In pieces, so that both loops and the seam between them are used.
    for piece in ["1", "23456789"] { Array(piece.utf8).withUnsafeBytes { checksum.update($0) } }
    return Data(checksum.bytes).base64EncodedString()
  }

  @Test("Signed chunks are held against their signatures, as objects and as parts")
  func signed() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "b")
      for (key, query) in [("a", []), ("b", [("partNumber", "1"), ("uploadId", id)])]
        as [(String, [(name: String, value: String?)])]
      {
        for (content, length, code) in [
          ("hello", 5, nil), ("hellO", 5, "SignatureDoesNotMatch"), ("hello", 6, "IncompleteBody"),
        ] as [(String, Int, String?)] {
          let reply = try await Self.put(
            cloud, key, hash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            headers: [("x-amz-decoded-content-length", String(length))], query: query
          ) { signature in
            var signature = signature
            let first = signature.next(chunk: Array(SHA256.hash(data: Array("hello".utf8))))
            let last = signature.next(chunk: Array(SHA256.hash(data: [UInt8]())))
            return "5;chunk-signature=\(first)\r\n\(content)\r\n0;chunk-signature=\(last)\r\n\r\n"
          }
          #expect(reply.elements("Code").first == code, "\(reply.text)")
          #expect(reply.status == 200 || code != nil)
        }
      }
      #expect(try await cloud.obs("GET", "images", "a").text == "hello")
      let parts = try await cloud.obs("GET", "images", "b", query: [("uploadId", id)])
      #expect(parts.elements("Size") == ["5"])
      let missing = try await Self.put(cloud, "a", hash: Self.streaming) { _ in "0\r\n\r\n" }
      #expect(missing.elements("Code") == ["MissingContentLength"])
    }
  }

  @Test("A checksum in a header is checked, and a switch makes aws-chunked unknown")
  func headers() async throws {
    try await TestCloud.run({ $0.knowsChunkedBodies = false }) { cloud async throws in
      try cloud.makeBucket("images")
      for (value, status) in [("NhCmhg==", 200), ("NhCmhQ==", 400), ("x", 400)] {
        let reply = try await cloud.obs(
          "PUT", "images", "a", headers: [("x-amz-checksum-crc32", value)], body: Array("hello".utf8), kind: .awsV4)
        #expect(reply.status == status, "\(value) \(reply.text)")
      }
      let reply = try await Self.put(
        cloud, "a", hash: Self.streaming, headers: [("x-amz-decoded-content-length", "0")]
      ) { _ in "0\r\n\r\n" }
      #expect(reply.status == 501)
    }
  }
}
