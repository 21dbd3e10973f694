import CloudAccess

extension Fault {
  /// The members `init(json:)` takes.
  public var json: JSONValue {
    var members = effect.parameters
    members["effect"] = .string(effect.name)
    if !match.calls.isEmpty {
      let names = match.calls.map(\.rawValue).sorted()
      members["call"] = names.count == 1 ? .string(names[0]) : .array(names.map { .string($0) })
    }
    members["method"] = match.method.map { .string($0) }
    members["path"] = match.path.map { .string($0) }
    members["name"] = match.name.map { .string($0) }
    members["nth"] = match.nth.map { .integer(Int64($0)) }
    members["every"] = match.every.map { .integer(Int64($0)) }
    members["probability"] = match.probability.map { .number($0) }
    members["count"] = match.count.map { .integer(Int64($0)) }
    members["after"] = match.after.map { .number($0.inSeconds) }
    members["until"] = match.until.map { .number($0.inSeconds) }
    return .object(members)
  }
}

extension FaultEffect {
  fileprivate var parameters: [String: JSONValue] {
    switch self {
    case .replyLostBefore, .replyLostAfter, .tokenRefused: return [:]
    case .replyCut(let bytes), .requestCut(let bytes): return Self.present(["bytes": bytes.map { .integer(Int64($0)) }])
    case .throttled(.unsaid): return ["retry_after": "none"]
    case .throttled(.seconds(let seconds)): return ["retry_after": .integer(Int64(seconds))]
    case .throttled(.date(let seconds)): return ["retry_after": .string("date \(seconds)")]
    case .status(let status, let body, let isExecuted):
      return ["status": .integer(Int64(status)), "body": .string(body.rawValue), "executed": .bool(isExecuted)]
    case .slowHeaders(let delay): return ["by": .number(delay.inSeconds)]
    case .slowBody(let bytes), .slowRequest(let bytes): return ["bytes_per_second": .integer(Int64(bytes))]
    case .clockSkew(let seconds): return ["seconds": .number(seconds)]
    case .refused(let code, let reason):
      return Self.present(["code": .string(code), "reason": reason.map { .string($0) }])
    case .jobUnknown(let age): return Self.present(["younger_than": age.map { .number($0.inSeconds) }])
    case .jobFails(let code, let reason, let keepsImage):
      return Self.present([
        "code": .string(code), "reason": reason.map { .string($0) }, "keeps_image": keepsImage.map { .bool($0) },
      ])
    case .jobTakes(let duration): return ["for": .number(duration.inSeconds)]
    case .field(let path, let value):
      return ["at": .string(path), value == nil ? "remove" : "value": value ?? true]
    case .header(let name, let value):
      return ["header": .string(name), value == nil ? "remove" : "value": value.map { .string($0) } ?? true]
    }
  }

  private static func present(_ members: [String: JSONValue?]) -> [String: JSONValue] {
    members.compactMapValues { $0 }
  }
}
