import Crypto
import Foundation

/// The receiving side of ``RequestSigner``: checks a signed request as a gateway does.
///
/// Only the headers named in `SignedHeaders` count; others may have been added on the way.
public struct SignatureVerifier: Sendable {
  /// The furthest a request's date may be from the clock, both ways.
  public var allowedSkew: Duration
  private let key: @Sendable (String) -> AccessKey?

  /// `key` finds the key of an id, or `nil` when there is none.
  public init(allowedSkew: Duration = .seconds(900), key: @escaping @Sendable (String) -> AccessKey?) {
    self.allowedSkew = allowedSkew
    self.key = key
  }

  /// Why a request is refused.
  public enum Failure: Error, Sendable, Hashable {
    /// There is no `Authorization` header of either form.
    case missing
    /// The header, or the date it needs, cannot be read; the text says what is wrong.
    case malformed(String)
    /// No key has that id.
    case unknownKey(String)
    /// The date is too far from the clock; positive seconds mean that the request is late.
    case skewedDate(date: String, seconds: Double)
    /// The security token is missing or is not the key's.
    case securityToken
    /// The body is not the one whose hash was signed.
    case contentHash
    /// The signature does not fit; the texts are those of this side, for comparison.
    case signature(canonicalRequest: String, stringToSign: String)
  }

  /// Checks a request as it came over the wire: `input.path` and `wireQuery` percent-encoded, `input.query` ignored.
  ///
  /// Returns the key that signed it.
  public func verify(_ input: SigningInput, wireQuery: String, now: Date) throws(Failure) -> AccessKey {
    guard let header = input.header("Authorization"), SignatureClaim.isOne(header) else { throw .missing }
    let claim: SignatureClaim
    do { claim = try SignatureClaim(parsing: header) } catch { throw .malformed(error.message) }
    guard let date = input.header("X-Sdk-Date") else { throw .malformed("the header X-Sdk-Date is missing") }
    guard let moment = Timestamp.compactUTC(date) else {
      throw .malformed("X-Sdk-Date is \(date), not of the form 20240115T083000Z")
    }
    if case .b(let day, _, _) = claim.scope, day != date.prefix(8) {
      throw .malformed("the scope is of \(day), X-Sdk-Date of \(date)")
    }
    guard let key = key(claim.accessKey) else { throw .unknownKey(claim.accessKey) }
    let late = now.timeIntervalSince(moment)
    guard abs(late) <= allowedSkew.inSeconds else { throw .skewedDate(date: date, seconds: late) }
    try checkSignature(claim, input: input, wireQuery: wireQuery, date: date, secret: key.secret)
    if let hash = input.header("X-Sdk-Content-Sha256"), !hash.isEmpty, hash != RequestSigner.unsignedPayload,
      hash.lowercased() != Hex.encode(SHA256.hash(data: input.body))
    {
      throw .contentHash
    }
    if let token = key.securityToken {
      let given = input.header("X-Security-Token") ?? ""
      guard ConstantTime.equal(Array(given.utf8), Array(token.reveal().utf8)) else { throw .securityToken }
    }
    return key
  }

  private func checkSignature(
    _ claim: SignatureClaim, input: SigningInput, wireQuery: String, date: String, secret: Secret
  ) throws(Failure) {
    var first: Failure?
    // Form-encoding clients write a space as `+` on the wire, others mean the plus sign: what was signed decides.
    let spellings = wireQuery.utf8.contains(UInt8(ascii: "+")) ? [true, false] : [false]
    for plusIsSpace in spellings {
      var candidate = input
      candidate.query = PercentEncoding.queryPairs(wireQuery, plusIsSpace: plusIsSpace)
      let canonical = RequestSigner.canonicalRequest(
        candidate, signedHeaders: claim.signedHeaders, form: claim.form)
      let text = RequestSigner.stringToSign(canonicalRequest: canonical, date: date, scope: claim.scope)
      let expected = RequestSigner.signature(of: text, secret: secret, scope: claim.scope)
      if ConstantTime.equal(expected, claim.signature) { return }
      first = first ?? .signature(canonicalRequest: canonical, stringToSign: text)
    }
    if let first { throw first }
  }
}
