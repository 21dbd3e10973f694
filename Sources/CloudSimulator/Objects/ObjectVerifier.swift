import CloudAccess
import Foundation
import HTTPTypes
import ObjectStorage

/// Checks the signatures of object storage: OBS and AWS V2 and V4, in header or URL.
struct ObjectVerifier: Sendable {
  /// What the signature says of the body.
  enum Payload: Sendable {
    case unsigned
    /// Lower-case hexadecimal.
    case sha256(String)
    /// In chunks of the kind aws-chunked, each signed where there is a signature.
    case chunked(AWSChunkSignature?)
  }

  private let verifier: ObjectStorageVerifier
  private let knowsChunks: Bool

  init(credentials: CloudCredentials, configuration: LocalCloudConfiguration) {
    let key = AccessKey(access: credentials.access_key, secret: Secret(credentials.secret_key))
    knowsChunks = configuration.knowsChunkedBodies
    // Without a limit any date will do; a century is as good.
    let skew = configuration.maximumClockSkew ?? .seconds(100 * 365 * 86400)
    verifier = ObjectStorageVerifier(allowedSkew: skew) { $0 == key.access ? key : nil }
  }

  /// Whether the request bears a signature, right or wrong.
  static func isSigned(_ exchange: Exchange) -> Bool {
    exchange.header(.authorization) != nil || exchange.hasQuery("Signature") || exchange.hasQuery("X-Amz-Signature")
  }

  /// Whose words the request speaks; without a signature those of OBS.
  static func kind(of exchange: Exchange) -> SignatureKind {
    if let text = exchange.header(.authorization) { return text.hasPrefix("AWS") ? .aws : .obs }
    return exchange.hasQuery("AWSAccessKeyId") || exchange.hasQuery("X-Amz-Algorithm") ? .aws : .obs
  }

  /// - Throws: `StorageRefusal` with the code of the failure and nothing secret.
  func verify(_ exchange: Exchange) throws(StorageRefusal) -> Payload {
    let received = ReceivedObjectRequest(
      method: exchange.method, path: exchange.path, query: exchange.rawQuery, headers: exchange.headers)
    let verified: ObjectStorageVerifier.Verified
    do {
      verified = try verifier.verify(received, now: exchange.received)
    } catch {
      throw Self.refusal(error, at: exchange.received)
    }
    switch verified.payload {
    case .unsigned: return .unsigned
    case .sha256(let hash): return .sha256(hash)
    case .chunked:
      guard knowsChunks else {
        throw .notImplemented(
          "bodies in aws-chunked encoding (switch aws_chunked): use botocore below 1.36 or switch its checksums off")
      }
      return .chunked(verified.chunkSignature)
    }
  }

  private static func refusal(_ failure: ObjectStorageVerifier.Failure, at now: Date) -> StorageRefusal {
    func refusal(_ message: String, _ details: [(name: String, value: String)] = []) -> StorageRefusal {
      StorageRefusal(
        status: failure.code == "InvalidArgument" ? 400 : 403, code: failure.code, message: message, details: details)
    }
    switch failure {
    case .missing: return refusal("Access denied: the request is not signed")
    case .expired: return refusal("Request has expired")
    case .malformed(let text): return refusal("The signature cannot be read: \(text)")
    case .unknownKey(let id):
      return refusal("The access key id you provided does not exist in our records", [("AccessKeyId", id)])
    case .securityToken: return refusal("The security token is not that of the key")
    case .skewedDate(let seconds):
      return refusal(
        "The difference between the request time and the current time is too large",
        [("ServerTime", TimeText.iso(now)), ("SecondsLate", String(Int(seconds)))])
    case .signature(let text):
      return refusal(
        "The request signature we calculated does not match the signature you provided", [("StringToSign", text)])
    }
  }
}
