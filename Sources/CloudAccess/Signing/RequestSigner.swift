import Crypto
import Foundation

/// Signs requests with an access key in form A or B, without any state.
///
/// Everything compares and sorts bytes: two texts that are canonically equivalent are different requests.
public struct RequestSigner {
  /// The name both forms give their algorithm.
  public static let algorithm = "SDK-HMAC-SHA256"
  static let unsignedPayload = "UNSIGNED-PAYLOAD"
  static let emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  /// Signs a request for the wire: adds `Host`, `X-Sdk-Date`, where due `X-Sdk-Content-Sha256`, and `Authorization`,
  /// and puts the query in its canonical spelling.
  ///
  /// `date` is UTC as `20240115T083000Z`; a `X-Sdk-Date` already in the request wins. `region` and `service` are the
  /// scope of form B and may be empty; form A ignores them.
  public static func sign(
    _ request: HTTPRequest, key: AccessKey, form: SigningForm, date: String, region: String, service: String
  ) -> HTTPRequest {
    let url = URLParts(request.url)
    let input = SigningInput(
      method: request.method, host: url.host, path: url.path,
      query: PercentEncoding.queryPairs(url.query, plusIsSpace: false), headers: request.headers,
      body: request.body ?? [])
    let signed = sign(input, key: key, form: form, date: date, region: region, service: service)
    var result = request
    result.headers = signed.headers
    let query = signed.wireQuery
    result.url = url.origin + url.path + (query.isEmpty ? "" : "?" + query)
    return result
  }

  /// Signs a request given in its parts.
  public static func sign(
    _ input: SigningInput, key: AccessKey, form: SigningForm, date: String, region: String, service: String
  ) -> SignedRequest {
    var prepared = input
    prepared.addHeader("X-Sdk-Date", date)
    prepared.addHeader("Host", input.host)
    prepared.headers.removeAll { $0.name.equalsIgnoringCase("Authorization") }
    if form == .a, let type = prepared.header("Content-Type"), !type.isEmpty, !isHashedType(type) {
      prepared.headers.removeAll { $0.name.equalsIgnoringCase("X-Sdk-Content-Sha256") }
      prepared.headers.append(("X-Sdk-Content-Sha256", unsignedPayload))
    }
    let usedDate = prepared.header("X-Sdk-Date") ?? date
    let names = signedHeaderNames(prepared.headers, form: form)
    let canonical = canonicalRequest(prepared, signedHeaders: names, form: form)
    let scope = Scope(form: form, date: usedDate, region: region, service: service)
    let text = stringToSign(canonicalRequest: canonical, date: usedDate, scope: scope)
    let signature = Hex.encode(self.signature(of: text, secret: key.secret, scope: scope))
    let holder = scope.text.map { "Credential=\(key.access)/\($0)" } ?? "Access=\(key.access)"
    let authorization =
      "\(algorithm) \(holder), SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
    prepared.headers.append(("Authorization", authorization))
    return SignedRequest(
      headers: prepared.headers, wireQuery: wireQuery(prepared.query, form: form), canonicalRequest: canonical,
      stringToSign: text, authorization: authorization)
  }

  /// The canonical request over the given header names.
  public static func canonicalRequest(_ input: SigningInput, signedHeaders: [String], form: SigningForm) -> String {
    var text = input.method.uppercased() + "\n"
    text += canonicalURI(input.path, form: form) + "\n"
    text += canonicalQuery(input.query, form: form) + "\n"
    for name in signedHeaders {
      text += name + ":" + canonicalValue(input.header(name) ?? "", form: form) + "\n"
    }
    text += "\n" + signedHeaders.joined(separator: ";") + "\n"
    return text + payloadHash(input)
  }

  /// The text whose HMAC is the signature.
  public static func stringToSign(canonicalRequest: String, date: String, scope: Scope) -> String {
    let hash = Hex.encode(SHA256.hash(data: Array(canonicalRequest.utf8)))
    return [algorithm, date, scope.text, hash].compactMap { $0 }.joined(separator: "\n")
  }

  /// The signature's 32 bytes.
  static func signature(of text: String, secret: Secret, scope: Scope) -> [UInt8] {
    func hmac(_ key: [UInt8], _ data: String) -> [UInt8] {
      Array(HMAC<SHA256>.authenticationCode(for: Array(data.utf8), using: SymmetricKey(data: key)))
    }
    let secret = secret.reveal()
    guard case .b(let day, let region, let service) = scope else { return hmac(Array(secret.utf8), text) }
    let key = [day, region, service, "sdk_request"].reduce(Array(("SDK" + secret).utf8), hmac)
    return hmac(key, text)
  }

  /// What a signature is bound to beside the request itself.
  public enum Scope: Sendable, Hashable {
    case a
    case b(day: String, region: String, service: String)

    init(form: SigningForm, date: String, region: String, service: String) {
      switch form {
      case .a: self = .a
      case .b: self = .b(day: String(date.prefix(8)), region: region, service: service)
      }
    }

    /// The scope as form B writes it, `20240115/eu-de/ims/sdk_request`; `nil` in form A.
    var text: String? {
      guard case .b(let day, let region, let service) = self else { return nil }
      return "\(day)/\(region)/\(service)/sdk_request"
    }
  }
}
