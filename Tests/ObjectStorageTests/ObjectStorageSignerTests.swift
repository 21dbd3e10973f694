import CloudAccess
import Foundation
import Testing

@testable import ObjectStorage

@Suite("Signatures of object storage")
struct ObjectStorageSignerTests {
  static let now = Date(timeIntervalSince1970: 1_705_307_400)

  @Test("The vector file holds 21 vectors of the header and URL kind and 7 of AWS version 4")
  func vectorCount() {
    #expect(ObjectVector.all.count { $0.kind == .awsV4 } >= 7)
    #expect(ObjectVector.all.count { $0.kind != .awsV4 } >= 21)
  }

  @Test("Every vector gives its string to sign and its signature", arguments: ObjectVector.all)
  func vector(_ vector: ObjectVector) throws {
    let request = vector.request
    switch vector.kind {
    case .obs, .awsV2:
      let text = ObjectStorageSigner.stringToSign(request, kind: vector.kind, expires: vector.expires)
      #expect(text == vector.string_to_sign)
      if let expires = vector.expires.flatMap({ Int($0) }) {
        let parameters = ObjectStorageSigner.urlParameters(
          request, kind: vector.kind, key: vector.accessKey, expires: expires)
        #expect(parameters.first { $0.name == "Signature" }?.value == vector.signature)
      } else {
        let value = ObjectStorageSigner.authorization(request, kind: vector.kind, key: vector.accessKey)
        #expect(value == vector.authorization)
      }
    case .awsV4:
      let names = vector.headers.keys.map { $0.lowercased() }.sorted()
      let canonical = ObjectStorageSigner.canonicalRequestV4(
        request, signedHeaders: names, payloadHash: request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD")
      #expect(canonical == vector.canonical_request)
      let text = ObjectStorageSigner.stringToSignV4(
        canonicalRequest: canonical, date: request.header("x-amz-date") ?? "", region: vector.region ?? "")
      #expect(text == vector.string_to_sign)
      let value = ObjectStorageSigner.authorizationV4(
        request, key: vector.accessKey, region: try #require(vector.region))
      #expect(value == vector.authorization)
    }
  }

  @Test("A request signed as a vector passes verification as a server receives it", arguments: ObjectVector.all)
  func verifies(_ vector: ObjectVector) throws {
    var received = vector.received
    if let expires = vector.expires, let signature = vector.signature {
      received.query = "AccessKeyId=\(vector.ak)&Expires=\(expires)&Signature=\(PercentEncoding.encode(signature))"
    } else {
      received.headers.append(("Authorization", try #require(vector.authorization)))
    }
    received.headers += [("Content-Length", "0"), ("User-Agent", "x")]
    let verifier = ObjectStorageVerifier { $0 == vector.ak ? vector.accessKey : nil }
    let verified = try verifier.verify(received, now: Self.now)
    #expect(verified.kind == vector.kind)

    let wrong = ObjectStorageVerifier { AccessKey(access: $0, secret: Secret("other")) }
    #expect(throws: ObjectStorageVerifier.Failure.self) { try wrong.verify(received, now: Self.now) }
    #expect(throws: ObjectStorageVerifier.Failure.self) { try verifier.verify(received, now: Self.now + 86_400) }
    received.path += "x"
    #expect(throws: ObjectStorageVerifier.Failure.self) { try verifier.verify(received, now: Self.now) }
  }

  @Test("The Authorization of version 4 may be written without spaces after its commas")
  func withoutSpaces() throws {
    let vector = try #require(ObjectVector.all.first { $0.name == "v4-range" })
    var received = vector.received
    received.headers.append(("Authorization", try #require(vector.authorization).replacing(", ", with: ",")))
    let verifier = ObjectStorageVerifier { _ in vector.accessKey }
    #expect(try verifier.verify(received, now: Self.now).payload == .unsigned)
  }

  @Test("Each kind of refusal has its own name and code")
  func refusals() throws {
    let vector = try #require(ObjectVector.all.first { $0.name == "head-object" })
    let verifier = ObjectStorageVerifier { $0 == vector.ak ? vector.accessKey : nil }
    func failure(_ change: (inout ReceivedObjectRequest) -> Void, now: Date = Self.now) -> String? {
      var received = vector.received
      received.headers.append(("Authorization", vector.authorization ?? ""))
      change(&received)
      do throws(ObjectStorageVerifier.Failure) {
        _ = try verifier.verify(received, now: now)
        return nil
      } catch { return error.code }
    }
    func authorization(_ received: inout ReceivedObjectRequest, _ value: String?) {
      received.headers.removeAll { $0.name == "Authorization" }
      if let value { received.headers.append(("Authorization", value)) }
    }
    #expect(failure { _ in } == nil)
    #expect(failure { authorization(&$0, nil) } == "AccessDenied")
    #expect(failure { authorization(&$0, "Bearer x") } == "InvalidArgument")
    #expect(failure { authorization(&$0, "OBS nonsense") } == "InvalidArgument")
    #expect(failure { authorization(&$0, "OBS OTHER:abc=") } == "InvalidAccessKeyId")
    #expect(failure { authorization(&$0, "OBS \(vector.ak):abc=") } == "SignatureDoesNotMatch")
    #expect(failure({ _ in }, now: Self.now + 901) == "RequestTimeTooSkewed")
    #expect(failure { $0.headers.removeAll { $0.name == "Date" } } == "InvalidArgument")
  }
}
