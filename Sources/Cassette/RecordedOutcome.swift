import CloudAccess

/// What became of a request: an answer, or none.
public enum RecordedOutcome: Sendable, Hashable {
  case answer(RecordedAnswer)
  case failure(CloudError)

  static func failure(_ error: CloudError, _ scrubber: SecretScrubber) -> RecordedOutcome {
    var clean = error
    clean.message = scrubber.text(error.message)
    clean.hint = error.hint.map(scrubber.text)
    clean.cause = error.cause.map(scrubber.text)
    return .failure(clean)
  }

  /// Whether the other side declined to act.
  var isRefusal: Bool {
    if case .answer(let answer) = self { return (400..<500).contains(answer.status) }
    return false
  }

  var member: (String, JSONValue) {
    switch self {
    case .answer(let answer): return ("answer", answer.json)
    case .failure(let error):
      var members: [String: JSONValue] = [
        "kind": .string(error.kind.rawValue), "message": .string(error.message),
        "delivery": .string(error.delivery.rawValue), "retryable": .bool(error.retryable),
      ]
      members["hint"] = error.hint.map(JSONValue.string)
      members["cause"] = error.cause.map(JSONValue.string)
      return ("failure", .object(members))
    }
  }

  init(_ line: JSONValue) throws {
    if let answer = line["answer"] {
      self = .answer(try RecordedAnswer(answer))
      return
    }
    guard let failure = line["failure"] else { throw CassetteError("has a request without answer and failure") }
    guard let kind = failure["kind"]?.stringValue.flatMap({ CloudError.Kind(rawValue: $0) }),
      let delivery = failure["delivery"]?.stringValue.flatMap({ Delivery(rawValue: $0) })
    else { throw CassetteError("has a failure of a kind or delivery that is unknown") }
    self = .failure(
      CloudError(
        kind: kind, message: failure["message"]?.stringValue ?? "", hint: failure["hint"]?.stringValue,
        retryable: failure["retryable"]?.boolValue ?? false, delivery: delivery, cause: failure["cause"]?.stringValue))
  }
}
