import Foundation

extension ObjectService {
  /// What clients ask about a bucket or an object before they show it, and nobody can set here: the answers say so.
  private static let absent = [
    "policy": "NoSuchBucketPolicy", "cors": "NoSuchCORSConfiguration", "lifecycle": "NoSuchLifecycleConfiguration",
    "tagging": "NoSuchTagSet", "website": "NoSuchWebsiteConfiguration", "encryption": "NoSuchEncryptionConfiguration",
  ]

  /// Answers `GET` of a setting; nil for what is none of them.
  func setting(_ call: ObjectCall) throws -> Reply? {
    let exchange = call.exchange
    guard exchange.method == "GET" else { return nil }
    if exchange.hasQuery("acl") {
      try checkExists(call)
      return acl(call)
    }
    for name in ["versioning", "requestPayment"] where call.key.isEmpty && exchange.hasQuery(name) {
      try checkBucket(call.bucket)
      var text = XMLText()
      let element = name == "versioning" ? "VersioningConfiguration" : "RequestPaymentConfiguration"
      text.element(element, attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
        if name == "requestPayment" { text.element("Payer", "BucketOwner") }
      }
      return .xml(text.bytes)
    }
    guard let (name, code) = Self.absent.first(where: { exchange.hasQuery($0.key) }) else { return nil }
    guard call.key.isEmpty || name == "tagging" else { return nil }
    try checkExists(call)
    throw StorageRefusal(
      status: 404, code: code, message: "There is no \(name) configuration",
      details: [(call.key.isEmpty ? "BucketName" : "Key", call.key.isEmpty ? call.bucket : call.key)])
  }

  private func checkExists(_ call: ObjectCall) throws {
    try checkBucket(call.bucket)
    guard call.key.isEmpty || core.tree.status(bucket: call.bucket, key: call.key) != nil else {
      throw StorageRefusal.noKey(call.key)
    }
  }

  /// Everything belongs to the one account, and to nobody else.
  private func acl(_ call: ObjectCall) -> Reply {
    let owner = core.credentials.domain_id
    var text = XMLText()
    text.element("AccessControlPolicy", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("Owner") { text in text.element("ID", owner) }
      text.element("AccessControlList") { text in
        text.element("Grant") { text in
          let type = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\""
          text.element("Grantee", attributes: call.kind == .aws ? type : "") { text in text.element("ID", owner) }
          text.element("Permission", "FULL_CONTROL")
        }
      }
    }
    return .xml(text.bytes)
  }
}
