import CloudAccess
import Crypto
import Foundation
import ObjectStorage

@testable import CloudSimulator

extension TestCloud {
  var key: AccessKey { AccessKey(access: access.accessKey, secret: Secret(access.secretKey)) }

  /// A request to object storage with a signature of the given kind.
  func obs(
    _ method: String, _ bucket: String? = nil, _ key: String? = nil, query: [(name: String, value: String?)] = [],
    headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, kind: ObjectStorageSignature = .obs,
    signer: AccessKey? = nil, date: Date = Date()
  ) async throws -> HTTPResponse {
    var request = ObjectRequest(
      method: method, bucket: bucket, key: key, addressing: .path, query: query, headers: headers)
    let signer = signer ?? self.key
    if kind == .awsV4 {
      let host = access.endpoint.replacing("http://", with: "")
      request.headers += [
        ("Host", host), ("x-amz-date", Timestamp.compactUTC(date)),
        ("x-amz-content-sha256", ObjectCatalog.hex(SHA256.hash(data: body ?? []))),
      ]
      request.headers.append(
        ("Authorization", ObjectStorageSigner.authorizationV4(request, key: signer, region: access.region)))
      request.headers.removeAll { $0.name == "Host" }
    } else {
      request.headers.append(("Date", Timestamp.http(date)))
      request.headers.append(("Authorization", ObjectStorageSigner.authorization(request, kind: kind, key: signer)))
    }
    let text = request.wireQuery.isEmpty ? "" : "?" + request.wireQuery
    return try await send(method, request.wirePath + text, headers: request.headers, body: body)
  }

  func store(_ signature: ObjectStorageSignature = .obs) -> ObjectStore {
    ObjectStore(
      endpoint: access.endpoint, region: access.region, key: key, pathStyle: true, signature: signature,
      transport: transport, time: SystemTime())
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }

  /// Texts of all elements of that name in an XML body.
  func elements(_ name: String) -> [String] {
    text.components(separatedBy: "<\(name)>").dropFirst().compactMap { $0.components(separatedBy: "</\(name)>").first }
  }
}
