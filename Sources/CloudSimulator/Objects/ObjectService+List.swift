import CloudAccess
import Foundation

extension ObjectService {
  /// The parameters of a list request, both versions.
  private struct ListRequest {
    var prefix: String
    var delimiter: String
    var after: String
    var limit: Int
    var isVersion2: Bool
    var encodes: Bool
    var fetchesOwner: Bool
    var marker: String
    var startAfter: String
    var token: String?

    init(_ call: ObjectCall) throws {
      let exchange = call.exchange
      prefix = exchange.query("prefix") ?? ""
      delimiter = exchange.query("delimiter") ?? ""
      marker = exchange.query("marker") ?? ""
      startAfter = exchange.query("start-after") ?? ""
      token = exchange.query("continuation-token")
      isVersion2 = exchange.query("list-type") == "2"
      encodes = exchange.query("encoding-type") == "url"
      fetchesOwner = !isVersion2 || exchange.query("fetch-owner") == "true"
      limit = try call.limit("max-keys")
      after = isVersion2 ? startAfter : marker
      if isVersion2, let token {
        guard let data = Data(base64Encoded: token), let key = String(data: data, encoding: .utf8) else {
          throw StorageRefusal.invalidArgument(
            "continuation-token", token, "The continuation token is not one of this service")
        }
        after = key
      }
    }

    func encoded(_ text: String) -> String {
      encodes ? PercentEncoding.encode(text, allowing: "/") : text
    }
  }

  /// `GET /bucket`: a page of keys.
  func list(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    let request = try ListRequest(call)
    let listing = ObjectListing(
      keys: core.index.keys(bucket: call.bucket, prefix: request.prefix), prefix: request.prefix,
      delimiter: request.delimiter, after: request.after, limit: request.limit)
    var text = XMLText()
    text.element("ListBucketResult", attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      writeHead(to: &text, call, request, listing)
      for case .key(let key) in listing.entries { writeObject(key, to: &text, call, request) }
      for case .prefix(let prefix) in listing.entries {
        text.element("CommonPrefixes") { text in text.element("Prefix", request.encoded(prefix)) }
      }
    }
    return .xml(text.bytes)
  }

  private func writeHead(to text: inout XMLText, _ call: ObjectCall, _ request: ListRequest, _ listing: ObjectListing) {
    text.element("Name", call.bucket)
    text.element("Prefix", request.encoded(request.prefix))
    let last = listing.isTruncated ? listing.entries.last?.name : nil
    if request.isVersion2 {
      if !request.startAfter.isEmpty { text.element("StartAfter", request.encoded(request.startAfter)) }
      if let token = request.token { text.element("ContinuationToken", token) }
      if let last { text.element("NextContinuationToken", Data(last.utf8).base64EncodedString()) }
      text.element("KeyCount", String(listing.entries.count))
    } else {
      text.element("Marker", request.encoded(request.marker))
      if let last { text.element("NextMarker", request.encoded(last)) }
    }
    text.element("MaxKeys", String(request.limit))
    if !request.delimiter.isEmpty { text.element("Delimiter", request.encoded(request.delimiter)) }
    if request.encodes { text.element("EncodingType", "url") }
    text.element("IsTruncated", listing.isTruncated ? "true" : "false")
  }

  private func writeObject(_ key: String, to text: inout XMLText, _ call: ObjectCall, _ request: ListRequest) {
    guard let object = core.tree.listedStatus(bucket: call.bucket, key: key) else { return }
    let facts = core.catalog.facts(call.bucket, key, path: object.path, status: object.status)
    text.element("Contents") { text in
      text.element("Key", request.encoded(key))
      text.element("LastModified", TimeText.iso(object.status.modifiedDate, .milliseconds))
      text.element("ETag", "\"\(facts.etag)\"")
      text.element("Size", String(object.status.size))
      if request.fetchesOwner {
        text.element("Owner") { text in text.element("ID", core.credentials.domain_id) }
      }
      text.element("StorageClass", call.kind.name(ofClass: facts.properties.storageClass))
    }
  }
}
