import CloudAccess

/// A request to object storage as it came over the wire, for a server to verify.
public struct ReceivedObjectRequest: Sendable {
  public var method: String
  /// The path as received, percent-encoded.
  public var path: String
  /// The query as received, without `?`.
  public var query: String
  public var headers: [(name: String, value: String)]
  /// The bucket when the host named it; `nil` when it stands in the path.
  public var hostBucket: String?

  public init(
    method: String, path: String, query: String, headers: [(name: String, value: String)], hostBucket: String? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.hostBucket = hostBucket
  }

  /// The bucket, the key and the parameters in plain text.
  public func parsed(plusIsSpace: Bool = false) -> ObjectRequest {
    var request = ObjectRequest(method: method, headers: headers)
    let bytes = PercentEncoding.decodedBytes(path.hasPrefix("/") ? String(path.dropFirst()) : path)
    if let hostBucket {
      request.bucket = hostBucket
      request.key = bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    } else {
      request.addressing = .path
      let parts = bytes.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
      if let bucket = parts.first, !bucket.isEmpty { request.bucket = String(decoding: bucket, as: UTF8.self) }
      if parts.count > 1, !parts[1].isEmpty { request.key = String(decoding: parts[1], as: UTF8.self) }
    }
    request.query = query.split(separator: "&" as Character).map { part in
      let pair = PercentEncoding.queryPairs(part, plusIsSpace: plusIsSpace).first ?? ("", "")
      return (pair.0, part.utf8.contains(UInt8(ascii: "=")) ? pair.1 : nil)
    }
    return request
  }
}
