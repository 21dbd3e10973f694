import CloudAccess
import LuaHost

/// Reads a request from what a script gives: texts, secrets, and lists of both.
enum WebOptions {
  /// The most a script may ask to receive.
  static let largestBody: UInt64 = 64 << 20

  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// Headers that belong to the connection.
  private static let reserved = [
    "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "keep-alive",
  ]

  /// - Throws: ``ScriptFailure`` that shows no secret.
  static func request(_ method: String, url: LuaValue, _ options: LuaTable) throws -> WebRequest {
    guard methods.contains(method) else {
      throw ScriptFailure("'\(method.prefix(20))' is no method", hint: "one of \(methods.joined(separator: ", "))")
    }
    let target = try text(url, "url")
    let shown = target.isSecret ? "<secret>" : Redaction.url(String(target.text.prefix(200)))
    var request = WebRequest(
      method: method, address: try WebAddress(target.text, shown: shown, isSecret: target.isSecret))
    request.secrets = target.secrets
    for entry in try headers(options["headers"]) {
      request.headers.append(entry.header)
      request.secrets += entry.secrets
    }
    request.timeout = options["timeout"].duration ?? request.timeout
    if let limit = options["max_body"].size {
      guard limit <= largestBody else {
        throw ScriptFailure("'max_body' must be at most \(largestBody >> 20)MB, got \(limit) bytes")
      }
      request.bodyLimit = Int(limit)
    }
    if let redirects = options["redirects"].integerValue {
      guard (0...10).contains(redirects) else {
        throw ScriptFailure("'redirects' must be 0 to 10, got \(redirects)")
      }
      request.redirects = Int(redirects)
    }
    try addBody(to: &request, options)
    return request
  }

  private static func addBody(to request: inout WebRequest, _ options: LuaTable) throws {
    let (body, json) = (options["body"], options["json"])
    guard body.isNil || json.isNil else {
      throw ScriptFailure("both 'body' and 'json' are given", hint: "give one of them")
    }
    if !json.isNil {
      request.body = Array(try LuaJSON.json(json, path: "json").serialized().utf8)
      if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
        request.headers.append(.init(name: "Content-Type", value: "application/json", isSecret: false))
      }
    } else if let bytes = body.bytesValue {
      request.body = bytes
    }
    if request.body != nil, request.method == "GET" || request.method == "HEAD" {
      throw ScriptFailure("a \(request.method) request has no body", hint: "use http.post")
    }
  }

  private static func headers(_ value: LuaValue) throws -> [(header: WebRequest.Header, secrets: [Secret])] {
    guard let table = value.tableValue else { return [] }
    guard table.entries.count <= 100 else { throw ScriptFailure("there are more than 100 headers") }
    return try table.entries.map { key, value in
      let name = key.stringValue ?? ""
      guard !name.isEmpty, name.utf8.allSatisfy(isToken) else {
        throw ScriptFailure("'\(name.prefix(60))' cannot be the name of a header")
      }
      guard !reserved.contains(name.lowercased()) else {
        throw ScriptFailure("the header '\(name)' is set by the client itself")
      }
      let content = try text(value, "headers.\(name)")
      guard content.text.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
        throw ScriptFailure("the header '\(name)' has a line break or another control character")
      }
      return (WebRequest.Header(name: name, value: content.text, isSecret: content.isSecret), content.secrets)
    }
  }

  /// A text that is maybe put together of several, with the secrets among them.
  private struct Content {
    var text: String
    var secrets: [Secret] = []
    var isSecret: Bool { !secrets.isEmpty }
  }

  /// A text, a secret, or a list of both put together.
  private static func text(_ value: LuaValue, _ place: String) throws -> Content {
    switch value {
    case .string(let text):
      guard let text = text.validUTF8 else { throw ScriptFailure("'\(place)' is not valid UTF-8") }
      return Content(text: text)
    case .integer(let number): return Content(text: "\(number)")
    case .object(let object):
      guard let secret = object.value as? SecretObject else { break }
      return Content(text: secret.secret.reveal(), secrets: [secret.secret])
    case .table(let table) where table.entries.isEmpty && !table.array.isEmpty && table.array.count <= 20:
      var whole = Content(text: "")
      for item in table.array {
        if case .table = item { throw ScriptFailure("'\(place)' is a list inside a list") }
        let part = try text(item, place)
        whole.text += part.text
        whole.secrets += part.secrets
      }
      return whole
    default: break
    }
    throw ScriptFailure(
      "'\(place)' must be a string, a secret or a list of both, got \(LuaJSON.describe(value))",
      hint: "such as { \"Bearer \", token }")
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
