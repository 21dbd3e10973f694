import CloudAccess
import Crypto
import Foundation
import Testing

@testable import ObjectStorage

@Suite("Bodies in the encoding aws-chunked")
struct AWSChunkedBodyTests {
  /// Decodes a body that comes in pieces of the given size.
  static func decode(
    _ body: String, signature: AWSChunkSignature? = nil, pieces: Int = .max
  ) throws -> (content: [UInt8], trailer: [String: String]) {
    var chunks = AWSChunkedBody(signature: signature)
    var content: [UInt8] = []
    let bytes = Array(body.utf8)
    var start = 0
    while start < bytes.count {
      let end = start + min(pieces, bytes.count - start)
      try bytes[start..<end].withUnsafeBytes { piece in
        try chunks.decode(piece) { content.append(contentsOf: $0) }
      }
      start = end
    }
    try chunks.finish()
    return (content, chunks.trailer)
  }

  @Test(
    "Chunks are put together whatever the pieces they come in, and the trailer is told", arguments: [1, 2, 3, 7, 1000])
  func pieces(size: Int) throws {
    let body = "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Amz-Checksum-CRC32: abc= \r\n\r\n"
    let decoded = try Self.decode(body, pieces: size)
    #expect(decoded.content == Array("hello!".utf8))
    #expect(decoded.trailer == ["x-amz-checksum-crc32": "abc="])
  }

  @Test("A body without the last empty line is whole; one that does not add up is refused at the place")
  func broken() throws {
    #expect(try Self.decode("5\r\nhello\r\n0\r\n").content == Array("hello".utf8))
    for body in [
      "5\r\nhell\r\n0\r\n\r\n", "zz\r\n", "", "5\r\nhello\r\n", "-1\r\n\r\n", "+1\r\nx\r\n0\r\n\r\n",
      "5\r\nhelloo\r\n0\r\n\r\n",
      "7fffffffffffffff\r\nx\r\n", "5\nhello\r\n0\r\n\r\n", "0\r\n\r\nmore", "0\r\nname\r\n\r\n", "0\r\na:b\r\n",
      String(repeating: "1", count: 20_000),
    ] {
      #expect(throws: AWSChunkedBody.Failure.self, "\(body.prefix(40))") { try Self.decode(body) }
    }
  }

  /// The example of Amazon's documentation: 64 KiB and 1 KiB of `a`.
  private static var example: AWSChunkSignature {
    AWSChunkSignature(
      secret: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), date: "20130524T000000Z", region: "us-east-1",
      seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
  }

  private static func body(
    last: String = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", letter: String = "a"
  ) -> String {
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
      + String(repeating: letter, count: 65536)
      + "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
      + String(repeating: "a", count: 1024) + "\r\n0;chunk-signature=\(last)\r\n\r\n"
  }

  @Test("Signed chunks pass with the signatures of the documented example, and with no other")
  func signatures() throws {
    #expect(try Self.decode(Self.body(), signature: Self.example).content.count == 66560)
    #expect(try Self.decode(Self.body(), signature: Self.example, pieces: 1000).content.count == 66560)
    for body in [
      Self.body(last: String(repeating: "0", count: 64)), Self.body(letter: "b"), Self.body(last: ""), "0\r\n\r\n",
    ] {
      #expect(throws: AWSChunkedBody.Failure.signature) { try Self.decode(body, signature: Self.example) }
    }
  }

  @Test("A signed trailer needs its signature")
  func signedTrailer() throws {
    var signature = Self.example
    let digest = { (text: String) in Array(SHA256.hash(data: Array(text.utf8))) }
    let first = signature.next(chunk: digest("hi"))
    let end = signature.next(chunk: digest(""))
    let trailer = signature.next(trailer: digest("x-amz-checksum-crc32:abc=\n"))
    let head = "2;chunk-signature=\(first)\r\nhi\r\n0;chunk-signature=\(end)\r\nx-amz-checksum-crc32:abc=\r\n"
    let good = head + "x-amz-trailer-signature:\(trailer)\r\n\r\n"
    #expect(try Self.decode(good, signature: Self.example).trailer == ["x-amz-checksum-crc32": "abc="])
    for bad in [head + "\r\n", head + "x-amz-trailer-signature:\(first)\r\n\r\n", good.replacing("abc", with: "abd")] {
      #expect(throws: AWSChunkedBody.Failure.signature) { try Self.decode(bad, signature: Self.example) }
    }
  }
}
