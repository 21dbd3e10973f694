import CloudAccess
import Crypto
import Foundation

/// The chain of signatures over the chunks of a body: each is made of the one before, the first of that of the request.
public struct AWSChunkSignature: Sendable {
  private let key: SymmetricKey
  private let date: String
  private let scope: String
  private var previous: String

  /// `date` as `20240115T083000Z`; `seed` is the signature of the request's head.
  public init(secret: Secret, date: String, region: String, seed: String) {
    key = ObjectStorageSigner.signingKeyV4(secret: secret, date: date, region: region)
    self.date = date
    scope = "\(date.prefix(8))/\(region)/s3/aws4_request"
    previous = seed
  }

  /// The signature of the next chunk, whose content has this SHA-256.
  public mutating func next(chunk digest: [UInt8]) -> String {
    sign(
      "\(ObjectStorageSigner.algorithmV4)-PAYLOAD\n\(date)\n\(scope)\n\(previous)\n\(Self.empty)\n\(Hex.encode(digest))"
    )
  }

  /// The signature of the trailer, whose `name:value` lines have this SHA-256.
  public mutating func next(trailer digest: [UInt8]) -> String {
    sign("\(ObjectStorageSigner.algorithmV4)-TRAILER\n\(date)\n\(scope)\n\(previous)\n\(Hex.encode(digest))")
  }

  mutating func check(_ declared: String, chunk digest: [UInt8]) -> Bool {
    ConstantTime.equal(Array(next(chunk: digest).utf8), Array(declared.utf8))
  }

  mutating func check(_ declared: String, trailer digest: [UInt8]) -> Bool {
    ConstantTime.equal(Array(next(trailer: digest).utf8), Array(declared.utf8))
  }

  private mutating func sign(_ text: String) -> String {
    previous = Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    return previous
  }

  private static let empty = Hex.encode(SHA256.hash(data: [UInt8]()))
}
