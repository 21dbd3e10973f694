import CloudAccess
import Crypto
import Foundation

/// Checks the signature of a request in form A or B against the one access key of the cloud.
struct GatewayVerifier: Sendable {
  let accessKey: String
  let secretKey: String
  let forms: Set<SigningForm>
  /// Largest difference between date of the signature and real clock; nil takes any date.
  let maximumSkew: Duration?

  /// An `Authorization` header in its parts.
  struct Authorization: Sendable, Equatable {
    var accessKey: String
    var scope: RequestSigner.Scope
    var signedHeaders: [String]
    var signature: String

    /// Reads `SDK-HMAC-SHA256 Access=…` or `… Credential=…/day/region/service/sdk_request`.
    init?(_ text: String) {
      guard text.hasPrefix(RequestSigner.algorithm + " ") else { return nil }
      var fields: [Substring: Substring] = [:]
      for part in text.dropFirst(RequestSigner.algorithm.count + 1).split(separator: ",") {
        let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2 else { return nil }
        fields[pair[0]] = pair[1]
      }
      guard let names = fields["SignedHeaders"], let signature = fields["Signature"] else { return nil }
      signedHeaders = names.split(separator: ";").map(String.init)
      self.signature = String(signature)
      if let access = fields["Access"] {
        accessKey = String(access)
        scope = .a
      } else if let credential = fields["Credential"] {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[4] == "sdk_request" else { return nil }
        accessKey = parts[0]
        scope = .b(day: parts[1], region: parts[2], service: parts[3])
      } else {
        return nil
      }
    }

    var form: SigningForm { scope == .a ? .a : .b }
  }

  /// Refuses the request unless its signature is right.
  ///
  /// - Throws: `Refusal.gateway` with APIGW.0301 and the reason, never with anything secret.
  func verify(_ exchange: Exchange, authorization: String, body: [UInt8]) throws(Refusal) {
    guard let given = Authorization(authorization) else {
      throw .unauthenticated("the Authorization header is in no known form")
    }
    guard forms.contains(given.form) else {
      throw .unauthenticated("signatures of form \(given.form.rawValue.uppercased()) are not taken here")
    }
    guard given.accessKey == accessKey else { throw .unauthenticated("access key not found") }
    let headers = exchange.headers
    var signed: [(name: String, value: String)] = []
    for name in given.signedHeaders {
      guard let header = headers.last(where: { $0.name.lowercased() == name }) else {
        throw .unauthenticated("signed header \(name) is missing")
      }
      signed.append(header)
    }
    guard let date = signed.first(where: { $0.name.lowercased() == "x-sdk-date" })?.value else {
      throw .unauthenticated("x-sdk-date is not among the signed headers")
    }
    try checkDate(date, given.scope, exchange.received)
    let input = SigningInput(
      method: exchange.method, host: exchange.host, path: exchange.path, query: exchange.query.map { ($0.name, $0.value) },
      headers: signed, body: body)
    let canonical = RequestSigner.canonicalRequest(input, signedHeaders: given.signedHeaders, form: given.form)
    let text = RequestSigner.stringToSign(canonicalRequest: canonical, date: date, scope: given.scope)
    guard let signature = Self.bytes(hex: given.signature),
      HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Array(text.utf8), using: key(given.scope))
    else { throw .unauthenticated("verify aksk signature fail") }
    if try Self.bodyHash(input) == false { throw .unauthenticated("the body does not have the hash that was signed") }
  }

  private func checkDate(_ text: String, _ scope: RequestSigner.Scope, _ now: Date) throws(Refusal) {
    guard let date = CloudDate.parse(text), text.utf8.count == 16 else {
      throw .unauthenticated("x-sdk-date \(text) is not of the form 20240115T083000Z")
    }
    if case .b(let day, _, _) = scope, !text.hasPrefix(day) {
      throw .unauthenticated("the day of the credential scope is not that of x-sdk-date")
    }
    if let maximumSkew, abs(date.timeIntervalSince(now)) > maximumSkew.inSeconds {
      throw .unauthenticated("x-sdk-date \(text) is too far from the time of the server")
    }
  }

  /// Whether the declared hash of a body is its hash; nil when none or none to compare was declared.
  private static func bodyHash(_ input: SigningInput) throws(Refusal) -> Bool? {
    guard !input.body.isEmpty,
      let declared = input.headers.last(where: { $0.name.lowercased() == "x-sdk-content-sha256" })?.value,
      declared != "UNSIGNED-PAYLOAD"
    else { return nil }
    return declared.lowercased() == ObjectCatalog.hex(SHA256.hash(data: input.body))
  }

  private func key(_ scope: RequestSigner.Scope) -> SymmetricKey {
    guard case .b(let day, let region, let service) = scope else { return SymmetricKey(data: Array(secretKey.utf8)) }
    var key = SymmetricKey(data: Array("SDK\(secretKey)".utf8))
    for part in [day, region, service, "sdk_request"] {
      key = SymmetricKey(data: Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key)))
    }
    return key
  }

  static func bytes(hex text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
