import CloudAccess

/// A request to object storage in the parts that signing looks at, all in plain text.
public struct ObjectRequest: Sendable {
  /// Where the bucket's name stands.
  public enum Addressing: String, Sendable, Hashable {
    /// In the host: `https://bucket.endpoint/key`.
    case virtual
    /// In the path: `https://endpoint/bucket/key`.
    case path
  }

  public var method: String
  public var bucket: String?
  public var key: String?
  public var addressing: Addressing
  /// The parameters in plain text; `nil` for one without a value.
  public var query: [(name: String, value: String?)]
  public var headers: [(name: String, value: String)]

  public init(
    method: String, bucket: String? = nil, key: String? = nil, addressing: Addressing = .virtual,
    query: [(name: String, value: String?)] = [], headers: [(name: String, value: String)] = []
  ) {
    self.method = method
    self.bucket = bucket
    self.key = key
    self.addressing = addressing
    self.query = query
    self.headers = headers
  }

  /// The path on the wire, percent-encoded once.
  public var wirePath: String {
    var path = addressing == .path ? bucket.map { "/" + $0 } ?? "" : ""
    if let key { path += "/" + key }
    return path.isEmpty ? "/" : PercentEncoding.encode(path, allowing: "/")
  }

  /// The query on the wire, without `?`.
  public var wireQuery: String {
    query.map { pair in
      PercentEncoding.encode(pair.name) + (pair.value.map { "=" + PercentEncoding.encode($0) } ?? "")
    }.joined(separator: "&")
  }

  /// The values of that name joined with commas, compared without case; `nil` when there is none.
  func header(_ name: String) -> String? {
    let values = headers.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
