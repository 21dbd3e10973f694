/// The code, message and request id in the body of a refusal, whichever envelope the service or a gateway uses.
struct ErrorBody: Sendable, Hashable {
  var code: String?
  var message: String?
  var requestID: String?

  /// Reads a body: JSON in any of the known envelopes, else text, of HTML the title or the visible words.
  init(_ body: [UInt8]) {
    guard let start = body.first(where: { $0 > 0x20 }) else { return }
    if start == UInt8(ascii: "{"), let json = try? JSONValue(parsing: body) {
      take(json)
      if code == nil, message == nil, case .object(let members) = json {
        for key in members.keys.sorted() where code == nil && message == nil {
          if let inner = members[key], case .object = inner { take(inner) }
          // OpenStack services also answer `{"badRequest": {…}}` and `{"errors": [{…}]}`.
          if let inner = members[key]?[0], case .object = inner { take(inner) }
        }
      }
      return
    }
    message = Self.visibleText(String(decoding: body.prefix(20_000), as: UTF8.self))
  }

  private mutating func take(_ json: JSONValue) {
    code = code ?? Self.text(json["error_code"] ?? json["errorCode"] ?? json["code"])
    message = message ?? Self.text(json["error_msg"] ?? json["errorMsg"] ?? json["message"] ?? json["error_message"])
    requestID = requestID ?? Self.text(json["request_id"] ?? json["requestId"])
  }

  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text)?: text.trimmed.isEmpty ? nil : text.trimmed
    case .integer(let number)?: String(number)
    default: nil
    }
  }

  private static func visibleText(_ text: String) -> String? {
    guard text.contains("<") else { return shortened(text) }
    let lowered = text.asciiLowercased
    if let open = lowered.utf8Range(of: "<title>"), let close = lowered.utf8Range(of: "</title>"),
      open.upperBound <= close.lowerBound
    {
      let title = lowered.utf8.distance(from: lowered.startIndex, to: open.upperBound)
      let end = lowered.utf8.distance(from: lowered.startIndex, to: close.lowerBound)
      return shortened(String(decoding: Array(text.utf8)[title..<end], as: UTF8.self))
    }
    var visible = ""
    var isTag = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": isTag = true
      case ">":
        isTag = false
        visible += " "
      default: if !isTag { visible.unicodeScalars.append(scalar) }
      }
    }
    return shortened(visible)
  }

  private static func shortened(_ text: String) -> String? {
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    guard !words.isEmpty else { return nil }
    return words.count > 200 ? String(words.prefix(200)) + "…" : words
  }
}
