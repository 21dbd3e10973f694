import CloudAccess

/// An answer as a cassette holds it.
public struct RecordedAnswer: Sendable, Hashable {
  public var status: Int
  /// In their order; values of secret ones are `<secret>`.
  public var headers: [Header]
  public var body: RecordedBody?
  /// Whether the body was cut at the limit of the call.
  public var isTruncated: Bool

  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// Larger bodies are not kept, in bytes.
  static let bodyLimit = 4 << 20

  init(_ response: HTTPResponse, isExact: Bool, _ scrubber: SecretScrubber) {
    status = response.status
    headers = response.headers.map { name, value in
      if SecretNames.isSecret(header: name) { return Header(name: name, value: SecretScrubber.mark) }
      return Header(name: name, value: value.utf8Range(of: "://") == nil ? scrubber.text(value) : scrubber.url(value))
    }
    if !response.body.isEmpty {
      body = .kept(
        response.body, contentType: response.header("content-type"), limit: Self.bodyLimit, isExact: isExact, scrubber)
    }
    isTruncated = response.isTruncated
    if response.header("x-subject-token") != nil { hideUser() }
  }

  /// Whose token it is is nobody's business.
  private mutating func hideUser() {
    guard case .json(let json)? = body, var token = json["token"]?.objectValue, token["user"] != nil else { return }
    token["user"] = .string(SecretScrubber.mark)
    var members = json.objectValue ?? [:]
    members["token"] = .object(token)
    body = .json(.object(members))
  }

  var json: JSONValue {
    var members: [String: JSONValue] = ["status": .integer(Int64(status))]
    if !headers.isEmpty {
      members["headers"] = .array(headers.map { .array([.string($0.name), .string($0.value)]) })
    }
    members["body"] = body?.json
    if isTruncated { members["truncated"] = true }
    return .object(members)
  }

  init(_ json: JSONValue) throws {
    guard let status = json["status"]?.intValue, (100...999).contains(status) else {
      throw CassetteError("has an answer without a status")
    }
    self.status = status
    headers = try (json["headers"]?.arrayValue ?? []).map { pair in
      guard let name = pair[0]?.stringValue, let value = pair[1]?.stringValue else {
        throw CassetteError("has a header that is no pair of texts")
      }
      return Header(name: name, value: value)
    }
    body = try json["body"].map { try RecordedBody($0) }
    isTruncated = json["truncated"]?.boolValue ?? false
  }

  /// The answer as it came; nil where its body was too large to be kept.
  var response: HTTPResponse? {
    guard let bytes = body.map(\.bytes) ?? [] else { return nil }
    return HTTPResponse(
      status: status, headers: headers.map { ($0.name, $0.value) }, body: bytes, isTruncated: isTruncated)
  }
}
