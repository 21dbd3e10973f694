import CloudAccess
import Foundation

extension ObjectStorageVerifier {
  /// The parts of a version 4 credential and signature, from the header or from a URL.
  private struct Claim {
    var access: String
    var day: String
    var region: String
    var signedHeaders: [String]
    var signature: String

    init(credential: String, signedHeaders: String, signature: String) throws(Failure) {
      // A key id may hold slashes, so the fixed parts are taken from the end.
      let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 5, parts.suffix(2) == ["s3", "aws4_request"] else {
        throw .malformed("Credential is not of the form AK/date/region/s3/aws4_request")
      }
      access = parts.dropLast(4).joined(separator: "/")
      day = parts[parts.count - 4]
      region = parts[parts.count - 3]
      self.signedHeaders = signedHeaders.split(separator: ";").map { $0.asciiLowercased }
      self.signature = signature
    }
  }

  func verifyV4(_ received: ReceivedObjectRequest, header: String, now: Date) throws(Failure) -> Verified {
    var fields: [String: String] = [:]
    for part in header.dropFirst(ObjectStorageSigner.algorithmV4.count).split(separator: ",") {
      let pair = part.trimmed.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { fields[String(pair[0])] = String(pair[1]) }
    }
    guard let credential = fields["Credential"], let names = fields["SignedHeaders"],
      let signature = fields["Signature"]
    else { throw .malformed("Authorization needs Credential, SignedHeaders and Signature") }
    let claim = try Claim(credential: credential, signedHeaders: names, signature: signature)
    let request = received.parsed()
    let hash = request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD"
    let key = try known(claim.access)
    let date = try self.date(request.header("x-amz-date") ?? request.header("Date"), day: claim.day)
    try checkSkew(date.moment, now: now)
    try check(claim, received: received, date: date.text, payloadHash: hash, key: key, without: nil)
    try checkToken(key, given: request.header("x-amz-security-token"))
    let payload = try payload(hash)
    var verified = Verified(key: key, kind: .awsV4, payload: payload)
    if case .chunked = payload, hash.hasPrefix("STREAMING-AWS4-") {
      verified.chunkSignature = AWSChunkSignature(
        secret: key.secret, date: date.text, region: claim.region, seed: claim.signature)
    }
    return verified
  }

  func verifyURLV4(_ received: ReceivedObjectRequest, now: Date) throws(Failure) -> Verified {
    let query = received.parsed().query
    func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
    guard value("X-Amz-Algorithm") == ObjectStorageSigner.algorithmV4, let credential = value("X-Amz-Credential"),
      let names = value("X-Amz-SignedHeaders"), let signature = value("X-Amz-Signature"),
      let lifetime = value("X-Amz-Expires").flatMap({ Double($0) })
    else {
      throw .malformed("a signed URL needs X-Amz-Algorithm, -Credential, -Date, -Expires, -SignedHeaders, -Signature")
    }
    let claim = try Claim(credential: credential, signedHeaders: names, signature: signature)
    let key = try known(claim.access)
    let date = try self.date(value("X-Amz-Date"), day: claim.day)
    let age = now.timeIntervalSince(date.moment)
    guard age >= -allowedSkew.inSeconds else { throw .skewedDate(seconds: age) }
    guard age <= lifetime else { throw .expired }
    let hash = received.parsed().header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD"
    try check(
      claim, received: received, date: date.text, payloadHash: hash, key: key, without: "X-Amz-Signature")
    try checkToken(key, given: value("X-Amz-Security-Token"))
    return Verified(key: key, kind: .awsV4, payload: .unsigned)
  }

  private func date(_ text: String?, day: String) throws(Failure) -> (text: String, moment: Date) {
    guard let text, let moment = Timestamp.compactUTC(text) ?? Timestamp.http(text) else {
      throw .malformed("x-amz-date is missing or not of the form 20240115T083000Z")
    }
    let compact = Timestamp.compactUTC(moment)
    guard compact.hasPrefix(day), day.count == 8 else {
      throw .malformed("the credential is of \(day), the date \(text)")
    }
    return (compact, moment)
  }

  private func payload(_ hash: String) throws(Failure) -> Payload {
    if hash == "UNSIGNED-PAYLOAD" { return .unsigned }
    switch hash {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": return .chunked(hasTrailer: false)
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return .chunked(hasTrailer: true)
    default: break
    }
    guard Hex.decode(hash)?.count == 32 else { throw .malformed("x-amz-content-sha256 is no SHA-256") }
    return .sha256(hash.asciiLowercased)
  }

  private func check(
    _ claim: Claim, received: ReceivedObjectRequest, date: String, payloadHash: String, key: AccessKey,
    without excluded: String?
  ) throws(Failure) {
    var first = ""
    for plusIsSpace in received.query.utf8.contains(UInt8(ascii: "+")) ? [false, true] : [false] {
      var request = received.parsed(plusIsSpace: plusIsSpace)
      request.query.removeAll { $0.name == excluded }
      let paths = Set([
        received.path, PercentEncoding.encode(bytes: PercentEncoding.decodedBytes(received.path), allowing: [0x2F]),
      ])
      for path in paths {
        let canonical = ObjectStorageSigner.canonicalRequestV4(
          request, path: path, signedHeaders: claim.signedHeaders, payloadHash: payloadHash)
        let text = ObjectStorageSigner.stringToSignV4(
          canonicalRequest: canonical, date: date, region: claim.region)
        let expected = ObjectStorageSigner.signatureV4(
          of: text, secret: key.secret, date: date, region: claim.region)
        if ConstantTime.equal(Array(expected.utf8), Array(claim.signature.utf8)) { return }
        if first.isEmpty { first = text }
      }
    }
    throw .signature(stringToSign: first)
  }
}
