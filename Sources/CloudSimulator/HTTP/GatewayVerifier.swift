import CloudAccess
import Foundation

/// Checks the signature of a request in form A or B against the one access key of the cloud.
struct GatewayVerifier: Sendable {
  private let forms: Set<SigningForm>
  private let verifier: SignatureVerifier

  init(credentials: CloudCredentials, configuration: LocalCloudConfiguration) {
    forms = configuration.signingForms
    let key = AccessKey(access: credentials.access_key, secret: Secret(credentials.secret_key))
    // Without a limit any date will do; a century is as good.
    let skew = configuration.maximumClockSkew ?? .seconds(100 * 365 * 86400)
    verifier = SignatureVerifier(allowedSkew: skew) { $0 == key.access ? key : nil }
  }

  /// Refuses the request unless its signature is right.
  ///
  /// - Throws: `Refusal.gateway` with APIGW.0301 and the reason, which holds nothing secret.
  func verify(_ exchange: Exchange, authorization: String, body: [UInt8]) throws(Refusal) {
    let form: SigningForm = authorization.contains("Credential=") ? .b : .a
    guard forms.contains(form) else {
      throw .unauthenticated("signatures of form \(form == .a ? "A" : "B") are not taken here")
    }
    let input = SigningInput(
      method: exchange.method, host: exchange.host, path: exchange.path, headers: exchange.headers, body: body)
    do {
      _ = try verifier.verify(input, wireQuery: exchange.rawQuery, now: exchange.received)
    } catch {
      throw .unauthenticated(Self.reason(error))
    }
  }

  private static func reason(_ failure: SignatureVerifier.Failure) -> String {
    switch failure {
    case .missing: "the Authorization header is in no known form"
    case .malformed(let text): text
    case .unknownKey: "access key not found"
    case .skewedDate(let date, let seconds):
      "x-sdk-date \(date) is \(Int(abs(seconds))) s \(seconds > 0 ? "behind" : "ahead of") the server"
    case .securityToken: "the security token is not that of the key"
    case .contentHash: "the body does not have the hash that was signed"
    case .signature: "verify aksk signature fail"
    }
  }
}
