import CloudAccess

/// A request as a cassette holds it, and as it is compared: without credentials.
public struct RecordedRequest: Sendable, Hashable {
  public var method: String
  public var url: String
  /// Those that say what is asked for, by name in lower case.
  public var headers: [String: String]
  public var body: RecordedBody?

  /// Larger bodies are not kept, in bytes.
  static let bodyLimit = 64 << 10

  private static let headerNames: Set<String> = [
    "accept", "content-type", "range", "if-match", "if-none-match", "if-modified-since", "prefer", "user-agent",
  ]

  /// Takes what may be kept of a request; `streamed` stands for the body of one that is made while it is sent.
  init(_ request: HTTPRequest, streamed: RecordedBody?, isExact: Bool, _ scrubber: SecretScrubber) {
    method = request.method
    url = scrubber.url(request.url)
    headers = [:]
    for (name, value) in request.headers {
      let name = name.asciiLowercased
      let isAboutObject = name.hasPrefix("x-obs-") || name.hasPrefix("x-amz-copy") || name.hasPrefix("x-amz-meta")
      guard Self.headerNames.contains(name) || isAboutObject, !SecretNames.isSecret(header: name) else { continue }
      headers[name] = scrubber.text(value)
    }
    if let streamed {
      body = streamed
    } else if let bytes = request.body, !bytes.isEmpty {
      let type = request.header("Content-Type")
      // Parts of uploads, even small ones, are the disk's content.
      let isUpload = request.method == "PUT" && !isExact && type?.asciiLowercased.contains("json") != true
      body = .kept(bytes, contentType: type, limit: isUpload ? -1 : Self.bodyLimit, isExact: isExact, scrubber)
    }
    if method == "POST", URLParts(url).path.hasSuffix("/auth/tokens") { hideLogin() }
  }

  /// Of a login only the project is left.
  private mutating func hideLogin() {
    guard case .json(let json)? = body else { return }
    var auth = json["auth"]?.objectValue ?? [:]
    auth["identity"] = .string(SecretScrubber.mark)
    body = .json(.object(["auth": .object(auth)]))
  }

  var json: JSONValue {
    var members: [String: JSONValue] = ["method": .string(method), "url": .string(url)]
    if !headers.isEmpty { members["headers"] = .object(headers.mapValues { .string($0) }) }
    members["body"] = body?.json
    return .object(members)
  }

  init(_ json: JSONValue) throws {
    guard let method = json["method"]?.stringValue, let url = json["url"]?.stringValue else {
      throw CassetteError("has a request without method or url")
    }
    self.method = method
    self.url = url
    headers = (json["headers"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    body = try json["body"].map { try RecordedBody($0) }
  }

  /// Whether an answer may be given more often than it was recorded: how often a job is asked for depends on the time it takes.
  var mayRepeat: Bool { method == "GET" || method == "HEAD" || isLogin }

  var isLogin: Bool { method == "POST" && URLParts(url).path.hasSuffix("/auth/tokens") }

  /// What two requests that mean the same have in common: all but times and the ids of records.
  var key: String {
    var parts = [method, VolatileText.masked(PercentEncoding.decode(url)), headers["range"] ?? ""]
    switch body {
    case nil: break
    case .json(let value)?: parts.append(VolatileText.masked(VolatileText.masked(value).serialized()))
    case .text(let text)?: parts.append(VolatileText.masked(text))
    case .binary(let bytes)?: parts.append(Fingerprint.sha256(bytes))
    // Not the hash: it is unknown of a body of which not all was sent.
    case .omitted(let length, _)?: parts.append("\(length) bytes")
    }
    return parts.joined(separator: "\n")
  }

  /// The request for messages.
  public var shown: String { "\(method) \(url)" }
}
