import Foundation
import Testing

@testable import CloudAccess

/// One entry of the vector files.
struct SigningVector: Decodable, CustomTestStringConvertible {
  var name: String
  var method: String
  var scheme: String
  var host: String
  var path: String
  var query: [[String]]
  var headers: [String: String]
  var added_headers: [String: String]
  var body: String?
  var body_base64: String?
  var ak: String
  var sk: String
  var x_sdk_date: String
  var region: String?
  var service: String?
  var canonical_request: String
  var string_to_sign: String
  var authorization: String
  var signed_query: String?

  var testDescription: String { name }

  var form: SigningForm { region == nil ? .a : .b }
  var key: AccessKey { AccessKey(access: ak, secret: Secret(sk)) }

  var input: SigningInput {
    let bytes = body_base64.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? Array((body ?? "").utf8)
    return SigningInput(
      method: method, host: host, path: path, query: query.map { ($0[0], $0[1]) },
      headers: headers.map { (name: $0.key, value: $0.value) }, body: bytes)
  }

  func signed() -> SignedRequest {
    RequestSigner.sign(
      input, key: key, form: form, date: x_sdk_date, region: region ?? "", service: service ?? "")
  }

  static func load(_ file: String) -> [SigningVector] {
    struct File: Decodable { var vectors: [SigningVector] }
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(file)")
    return try! JSONDecoder().decode(File.self, from: Data(contentsOf: url)).vectors
  }

  static let all = load("signing-vectors.json") + load("signing-vectors-scoped.json")
}
