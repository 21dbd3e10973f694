import CloudAccess
import Crypto
import Foundation

extension ObjectStorageSigner {
  static let algorithmV4 = "AWS4-HMAC-SHA256"

  /// The canonical request of AWS version 4 over the given header names, in lower case and sorted.
  ///
  /// `payloadHash` is the value of `x-amz-content-sha256`. The path is encoded once.
  public static func canonicalRequestV4(
    _ request: ObjectRequest, signedHeaders: [String], payloadHash: String
  ) -> String {
    canonicalRequestV4(request, path: request.wirePath, signedHeaders: signedHeaders, payloadHash: payloadHash)
  }

  static func canonicalRequestV4(
    _ request: ObjectRequest, path: String, signedHeaders: [String], payloadHash: String
  ) -> String {
    let pairs = request.query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value ?? "")) }
    let query = pairs.sorted { left, right in
      left.0 == right.0 ? left.1.precedesByBytes(right.1) : left.0.precedesByBytes(right.0)
    }
    var text = "\(request.method)\n\(path)\n"
    text += query.map { "\($0.0)=\($0.1)" }.joined(separator: "&") + "\n"
    for name in signedHeaders { text += "\(name):\(canonicalValueV4(request.header(name) ?? ""))\n" }
    return text + "\n\(signedHeaders.joined(separator: ";"))\n\(payloadHash)"
  }

  /// The text that AWS version 4 signs; `date` as `20240115T083000Z`.
  public static func stringToSignV4(canonicalRequest: String, date: String, region: String) -> String {
    let hash = Hex.encode(SHA256.hash(data: Array(canonicalRequest.utf8)))
    return "\(algorithmV4)\n\(date)\n\(date.prefix(8))/\(region)/s3/aws4_request\n\(hash)"
  }

  /// The signature of AWS version 4 in hexadecimal digits.
  public static func signatureV4(of stringToSign: String, secret: Secret, date: String, region: String) -> String {
    let key = signingKeyV4(secret: secret, date: date, region: region)
    return Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key))
  }

  /// The key that signs everything of one day and region.
  static func signingKeyV4(secret: Secret, date: String, region: String) -> SymmetricKey {
    let first = SymmetricKey(data: Array(("AWS4" + secret.reveal()).utf8))
    return [String(date.prefix(8)), region, "s3", "aws4_request"].reduce(first) { key, step in
      SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(step.utf8), using: key))
    }
  }

  /// The value of the `Authorization` header of AWS version 4, over every header the request has.
  ///
  /// The request must hold `Host`, `x-amz-date` and `x-amz-content-sha256`.
  public static func authorizationV4(_ request: ObjectRequest, key: AccessKey, region: String) -> String {
    let names = Set(request.headers.map { $0.name.asciiLowercased }).sorted { $0.precedesByBytes($1) }
    let date = request.header("x-amz-date") ?? ""
    let canonical = canonicalRequestV4(
      request, signedHeaders: names, payloadHash: request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD")
    let text = stringToSignV4(canonicalRequest: canonical, date: date, region: region)
    let signature = signatureV4(of: text, secret: key.secret, date: date, region: region)
    return "\(algorithmV4) Credential=\(key.access)/\(date.prefix(8))/\(region)/s3/aws4_request, "
      + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
  }

  private static func canonicalValueV4(_ value: String) -> String {
    value.unicodeScalars.split { $0 == " " || $0 == "\t" }.map { String($0) }.joined(separator: " ")
  }
}
