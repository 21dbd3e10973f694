import Foundation
import Testing

@testable import CloudAccess

@Suite("Verifying signed requests")
struct SignatureVerifierTests {
  private let key = AccessKey(access: "AK", secret: Secret("SK"), securityToken: nil)
  private let now = Date(timeIntervalSince1970: 1_705_307_400)

  private func received(
    _ form: SigningForm = .a, query: [(String, String)] = [], headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) -> (SigningInput, String) {
    var input = SigningInput(
      method: "POST", host: "h:1", path: "/v2/x", query: query, headers: headers, body: body)
    let signed = RequestSigner.sign(
      input, key: key, form: form, date: Timestamp.compactUTC(now), region: "eu-de", service: "ims")
    input.headers = signed.headers
    return (input, signed.wireQuery)
  }

  private func failure(
    _ input: SigningInput, _ query: String, at moment: Date? = nil, key: AccessKey? = nil
  ) -> SignatureVerifier.Failure? {
    let known = key ?? self.key
    do throws(SignatureVerifier.Failure) {
      _ = try SignatureVerifier { $0 == known.access ? known : nil }.verify(input, wireQuery: query, now: moment ?? now)
      return nil
    } catch { return error }
  }

  @Test("Each kind of refusal has its own name", arguments: SigningForm.allCases)
  func kinds(_ form: SigningForm) {
    let (input, query) = received(form, query: [("a", "1")], body: Array("{}".utf8))
    #expect(failure(input, query) == nil)

    var changed = input
    changed.headers.removeAll { $0.name == "Authorization" }
    #expect(failure(changed, query) == .missing)
    changed.headers.append(("Authorization", "Bearer x"))
    #expect(failure(changed, query) == .missing)
    changed = input
    changed.headers.removeAll { $0.name == "X-Sdk-Date" }
    #expect(failure(changed, query) == .malformed("the header X-Sdk-Date is missing"))

    #expect(failure(input, query, key: AccessKey(access: "OTHER", secret: Secret("SK"))) == .unknownKey("AK"))
    #expect(failure(input, query, at: now + 901) == .skewedDate(date: "20240115T083000Z", seconds: 901))
    #expect(failure(input, query, at: now - 901) == .skewedDate(date: "20240115T083000Z", seconds: -901))

    changed = input
    changed.body = Array("{ }".utf8)
    guard case .signature? = failure(changed, query) else { Issue.record("a changed body passed"); return }
    guard case .signature? = failure(input, "a=2") else { Issue.record("a changed query passed"); return }
    guard case .signature? = failure(input, query, key: AccessKey(access: "AK", secret: Secret("sk"))) else {
      Issue.record("a wrong secret passed")
      return
    }
  }

  @Test(
    "A header that cannot be read is told apart",
    arguments: [
      "SDK-HMAC-SHA256 Access=AK", "SDK-HMAC-SHA256 nonsense",
      "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=zz",
      "SDK-HMAC-SHA256 SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))",
      "SDK-HMAC-SHA256 Credential=AK/20240115/eu-de/sdk_request, SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))",
      "SDK-HMAC-SHA256 Access=A, Access=B, SignedHeaders=host, Signature=\(String(repeating: "0", count: 64))",
    ])
  func malformed(_ header: String) {
    var (input, query) = received()
    input.headers.removeAll { $0.name == "Authorization" }
    input.headers.append(("Authorization", header))
    guard case .malformed? = failure(input, query) else {
      Issue.record("got \(String(describing: failure(input, query)))")
      return
    }
    query = ""
  }

  @Test("A plus sign on the wire is taken for what was signed, a space or a plus")
  func plusSigns() {
    let (input, _) = received(query: [("name", "a b")])
    #expect(failure(input, "name=a+b") == nil)
    let (literal, _) = received(query: [("name", "a+b")])
    #expect(failure(literal, "name=a+b") == nil)
    #expect(failure(literal, "name=a%2Bb") == nil)
  }

  @Test("A temporary key needs its own token, and a declared hash must be the body's")
  func tokenAndHash() {
    let temporary = AccessKey(access: "AK", secret: Secret("SK"), securityToken: Secret("tok=="))
    let (bare, query) = received()
    #expect(failure(bare, query, key: temporary) == .securityToken)
    let (with, _) = received(headers: [("X-Security-Token", "tok==")])
    #expect(failure(with, query, key: temporary) == nil)

    let hash = String(repeating: "0", count: 64)
    let (lied, _) = received(headers: [("X-Sdk-Content-Sha256", hash)], body: [1])
    #expect(failure(lied, query) == .contentHash)
    let (unsigned, _) = received(headers: [("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")], body: [1])
    #expect(failure(unsigned, query) == nil)
  }
}
