import CloudAccess
import Foundation

/// The receiving side of ``ObjectStorageSigner``: checks what clients of OBS and of S3 send.
public struct ObjectStorageVerifier: Sendable {
  /// The furthest a request's date may be from the clock, both ways.
  public var allowedSkew: Duration
  let key: @Sendable (String) -> AccessKey?

  /// `key` finds the key of an id, or `nil` when there is none.
  public init(allowedSkew: Duration = .seconds(900), key: @escaping @Sendable (String) -> AccessKey?) {
    self.allowedSkew = allowedSkew
    self.key = key
  }

  /// Why a request is refused, with the error code that OBS gives for it.
  public enum Failure: Error, Sendable, Hashable {
    /// Nothing is signed.
    case missing
    case malformed(String)
    case unknownKey(String)
    /// Positive seconds mean that the request is late.
    case skewedDate(seconds: Double)
    /// A signed URL is past its time.
    case expired
    case securityToken
    /// The text is that of this side, for comparison.
    case signature(stringToSign: String)

    /// The `Code` of the error answer, all of status 403 but the malformed.
    public var code: String {
      switch self {
      case .missing, .expired: "AccessDenied"
      case .malformed: "InvalidArgument"
      case .unknownKey, .securityToken: "InvalidAccessKeyId"
      case .skewedDate: "RequestTimeTooSkewed"
      case .signature: "SignatureDoesNotMatch"
      }
    }
  }

  /// What the body of a verified request must be.
  public enum Payload: Sendable, Hashable {
    /// Anything.
    case unsigned
    /// The bytes of this SHA-256, in lower-case hexadecimal digits; the server compares while it receives.
    case sha256(String)
    /// In chunks of the kind `aws-chunked`, see ``AWSChunkedBody``; they are signed when the request has a chunk signature.
    case chunked(hasTrailer: Bool)
  }

  /// A request that passed.
  public struct Verified: Sendable {
    public var key: AccessKey
    /// The kind of signature, which decides the names of the answer's headers.
    public var kind: ObjectStorageSignature
    public var payload: Payload
    /// What the chunks of a body are held against, when they are signed.
    public var chunkSignature: AWSChunkSignature?
  }

  /// Checks a signed request or a signed URL of any kind.
  public func verify(_ received: ReceivedObjectRequest, now: Date) throws(Failure) -> Verified {
    let request = received.parsed()
    if let header = request.header("Authorization") {
      if header.hasPrefix(ObjectStorageSigner.algorithmV4) { return try verifyV4(received, header: header, now: now) }
      for kind in [ObjectStorageSignature.obs, .awsV2] where header.hasPrefix(kind.authorizationWord + " ") {
        return try verifyHeader(received, kind: kind, header: header, now: now)
      }
      throw .malformed("Authorization is of no known kind")
    }
    if request.query.contains(where: { $0.name == "X-Amz-Algorithm" }) {
      return try verifyURLV4(received, now: now)
    }
    for (kind, name) in [(ObjectStorageSignature.obs, "AccessKeyId"), (.awsV2, "AWSAccessKeyId")] {
      if let id = request.query.first(where: { $0.name == name })?.value {
        return try verifyURL(received, kind: kind, id: id, now: now)
      }
    }
    throw .missing
  }

  private func verifyHeader(
    _ received: ReceivedObjectRequest, kind: ObjectStorageSignature, header: String, now: Date
  ) throws(Failure) -> Verified {
    let parts = header.dropFirst(4).trimmed.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { throw .malformed("Authorization is not of the form \(kind.authorizationWord) AK:…") }
    let key = try known(String(parts[0]))
    let request = received.parsed()
    guard let date = request.header(kind.headerPrefix + "date") ?? request.header("Date") else {
      throw .malformed("there is neither Date nor \(kind.headerPrefix)date")
    }
    guard let moment = Timestamp.http(date) ?? Timestamp.compactUTC(date) else {
      throw .malformed("the date is \(date), not of the form Mon, 15 Jan 2024 08:30:00 GMT")
    }
    try checkSkew(moment, now: now)
    try check(received, kind: kind, signature: String(parts[1]), key: key, expires: nil)
    try checkToken(key, given: request.header(kind.headerPrefix + "security-token"))
    return Verified(key: key, kind: kind, payload: .unsigned)
  }

  private func verifyURL(
    _ received: ReceivedObjectRequest, kind: ObjectStorageSignature, id: String, now: Date
  ) throws(Failure) -> Verified {
    let query = received.parsed().query
    func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
    guard let expires = value("Expires"), let seconds = Double(expires), let signature = value("Signature") else {
      throw .malformed("a signed URL needs Expires and Signature")
    }
    let key = try known(id)
    guard now.timeIntervalSince1970 <= seconds else { throw .expired }
    try check(received, kind: kind, signature: signature, key: key, expires: expires)
    try checkToken(key, given: value(kind.headerPrefix + "security-token"))
    return Verified(key: key, kind: kind, payload: .unsigned)
  }

  /// Compares with every resource a client may have signed: libraries differ in the last slash of a bucket and in
  /// whether they encode the key as it goes on the wire.
  private func check(
    _ received: ReceivedObjectRequest, kind: ObjectStorageSignature, signature: String, key: AccessKey,
    expires: String?
  ) throws(Failure) {
    let request = received.parsed()
    var resources = [ObjectStorageSigner.resource(request)]
    if let bucket = request.bucket, request.key == nil { resources += ["/\(bucket)/", "/\(bucket)"] }
    resources.append(request.addressing == .virtual ? "/\(request.bucket ?? "")\(received.path)" : received.path)
    for resource in resources {
      let text = ObjectStorageSigner.stringToSign(request, kind: kind, resource: resource, expires: expires)
      let expected = ObjectStorageSigner.signature(of: text, secret: key.secret)
      if ConstantTime.equal(Array(expected.utf8), Array(signature.utf8)) { return }
    }
    throw .signature(
      stringToSign: ObjectStorageSigner.stringToSign(request, kind: kind, resource: resources[0], expires: expires))
  }

  func known(_ id: String) throws(Failure) -> AccessKey {
    guard let key = key(id) else { throw .unknownKey(id) }
    return key
  }

  func checkSkew(_ moment: Date, now: Date) throws(Failure) {
    let late = now.timeIntervalSince(moment)
    guard abs(late) <= allowedSkew.inSeconds else { throw .skewedDate(seconds: late) }
  }

  func checkToken(_ key: AccessKey, given: String?) throws(Failure) {
    guard let token = key.securityToken else { return }
    guard let given, ConstantTime.equal(Array(given.utf8), Array(token.reveal().utf8)) else { throw .securityToken }
  }
}
