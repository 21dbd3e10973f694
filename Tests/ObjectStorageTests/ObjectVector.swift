import CloudAccess
import Foundation
import Testing

@testable import ObjectStorage

/// One entry of the vector file.
struct ObjectVector: Decodable, CustomTestStringConvertible {
  var name: String
  var scheme: String
  var method: String
  var bucket: String?
  var key: String?
  var addressing: String
  var region: String?
  var query: [[String?]]
  var headers: [String: String]
  var ak: String
  var sk: String
  var expires: String?
  var canonical_request: String?
  var string_to_sign: String
  var signature: String?
  var authorization: String?

  var testDescription: String { name }

  var kind: ObjectStorageSignature {
    switch scheme {
    case "OBS-HMAC-SHA1": .obs
    case "AWS-V2-HMAC-SHA1": .awsV2
    default: .awsV4
    }
  }

  var accessKey: AccessKey { AccessKey(access: ak, secret: Secret(sk)) }

  var request: ObjectRequest {
    ObjectRequest(
      method: method, bucket: bucket, key: key, addressing: addressing == "path" ? .path : .virtual,
      query: query.map { (name: $0[0] ?? "", value: $0[1]) }, headers: headers.map { (name: $0.key, value: $0.value) })
  }

  /// The same request as a server receives it.
  var received: ReceivedObjectRequest {
    ReceivedObjectRequest(
      method: method, path: request.wirePath, query: request.wireQuery, headers: request.headers,
      hostBucket: addressing == "path" ? nil : bucket)
  }

  static let all: [ObjectVector] = {
    struct File: Decodable { var vectors: [ObjectVector] }
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/obs-signing-vectors.json")
    return try! JSONDecoder().decode(File.self, from: Data(contentsOf: url)).vectors
  }()
}
