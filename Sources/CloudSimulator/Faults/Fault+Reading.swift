import CloudAccess
import ImageImport

extension Fault {
  /// From a JSON object, as `/_control/faults` takes it.
  ///
  /// - Throws: `FaultError` naming the member.
  public init(json: JSONValue, place: String = "fault") throws(FaultError) {
    guard let members = json.objectValue else {
      throw FaultError(place: place, message: "expected an object with 'effect', got \(FaultMembers.shown(json))")
    }
    try self.init(
      FaultMembers(place: place, members.map { (name: $0.key, value: $0.value, place: place) }))
  }

  init(_ members: FaultMembers) throws(FaultError) {
    var members = members
    let effect = try FaultEffect(&members)
    let match = try FaultMatch(&members)
    try members.finish()
    self.init(effect, match)
    if self.match.name != nil, !self.match.calls.isSubset(of: [.job, .import]) || self.match.calls.isEmpty {
      throw FaultError(place: members.place, message: "'name' can only be matched for the calls job and import")
    }
    let isImport = if case .jobFails = effect { true } else if case .jobTakes = effect { true } else { false }
    guard isImport == self.match.calls.contains(.import), !isImport || self.match.calls == [.import] else {
      throw FaultError(
        place: members.place,
        message: isImport
          ? "'\(effect.name)' belongs to the call import, got another"
          : "the call import takes job_fails or job_takes only")
    }
    if case .refused(let code, _) = effect {
      let isStorage = StorageCode.statuses[code] != nil
      guard !self.match.calls.isEmpty, self.match.calls.allSatisfy({ $0.isStorage == isStorage }) else {
        throw FaultError(
          place: members.place,
          message: isStorage
            ? "'\(code)' is a code of object storage and needs its calls, such as upload_part"
            : "'\(code)' is no code of object storage, got one of its calls")
      }
    }
    if case .jobUnknown = effect, self.match.calls != [.job] {
      throw FaultError(place: members.place, message: "'job_unknown' belongs to the call job, got another")
    }
  }
}

extension FaultMatch {
  fileprivate init(_ members: inout FaultMembers) throws(FaultError) {
    self.init()
    let known = FaultCall.allCases.map(\.rawValue).joined(separator: ", ")
    calls =
      try members.take("call", "one of \(known), or a list of them") { value in
        let names = value.arrayValue ?? [value]
        let calls = names.compactMap { $0.stringValue.flatMap(FaultCall.init(rawValue:)) }
        return calls.count == names.count && !calls.isEmpty ? Set(calls) : nil
      } ?? []
    method = try members.text("method")?.uppercased()
    path = try members.text("path")
    name = try members.text("name")
    nth = try members.whole("nth", from: 1)
    every = try members.whole("every", from: 1)
    probability = try members.take("probability", "a number from 0 to 1") { value in
      value.doubleValue.flatMap { (0...1).contains($0) ? $0 : nil }
    }
    count = try members.whole("count", from: 1)
    after = try members.duration("after")
    until = try members.duration("until")
  }
}

extension FaultEffect {
  /// Names of all effects.
  static let names = [
    "reply_lost_before", "reply_lost_after", "reply_cut", "request_cut", "throttled", "status", "slow_headers",
    "slow_body", "slow_request", "token_refused", "clock_skew", "refused", "job_unknown", "job_fails", "job_takes",
    "field", "header",
  ]

  fileprivate init(_ members: inout FaultMembers) throws(FaultError) {
    let name = try members.take("effect", "one of \(Self.names.joined(separator: ", "))") { value in
      value.stringValue.flatMap { Self.names.contains($0) ? $0 : nil }
    }
    guard let name else { throw FaultError(place: members.place, message: "'effect' is missing") }
    func need<Value>(_ value: Value?, _ member: String) throws(FaultError) -> Value {
      guard let value else { throw FaultError(place: members.place, message: "'\(name)' needs '\(member)'") }
      return value
    }
    switch name {
    case "reply_lost_before": self = .replyLostBefore
    case "reply_lost_after": self = .replyLostAfter
    case "reply_cut": self = .replyCut(after: try members.whole("bytes", from: 0))
    case "request_cut": self = .requestCut(after: try members.whole("bytes", from: 0))
    case "slow_request":
      self = .slowRequest(bytesPerSecond: try need(try members.whole("bytes_per_second", from: 1), "bytes_per_second"))
    case "throttled":
      let pause = try members.take("retry_after", "none, a number of seconds, or 'date' and seconds", Self.pause)
      self = .throttled(pause ?? .unsaid)
    case "status":
      let status = try members.take("status", "a status from 400 to 599") { value in
        value.intValue.flatMap { (400...599).contains($0) ? $0 : nil }
      }
      let body = try members.take("body", "json, html, xml or empty") { $0.stringValue.flatMap(Body.init(rawValue:)) }
      let isExecuted = try members.flag("executed") ?? false
      let number = try need(status, "status")
      self = .status(number, body: body ?? ((502...504).contains(number) ? .html : .json), isExecuted: isExecuted)
    case "slow_headers": self = .slowHeaders(try need(try members.duration("by"), "by"))
    case "slow_body":
      self = .slowBody(bytesPerSecond: try need(try members.whole("bytes_per_second", from: 1), "bytes_per_second"))
    case "token_refused": self = .tokenRefused
    case "clock_skew":
      let seconds = try members.take("seconds", "a number of seconds, negative for a slow clock") { value in
        value.doubleValue.flatMap { abs($0) < 1e9 ? $0 : nil }
      }
      self = .clockSkew(seconds: try need(seconds, "seconds"))
    case "refused":
      let code = try members.take("code", "a documented code such as IMG.0057 or SlowDown") { value in
        value.stringValue.flatMap { StorageCode.statuses[$0] == nil ? ErrorCatalogue.entry($0)?.code : $0 }
      }
      self = .refused(code: try need(code, "code"), reason: try members.text("reason"))
    case "job_unknown": self = .jobUnknown(youngerThan: try members.duration("younger_than"))
    case "job_fails":
      self = .jobFails(
        code: try need(try Self.code(&members), "code"), reason: try members.text("reason"),
        keepsImage: try members.flag("keeps_image"))
    case "job_takes": self = .jobTakes(try need(try members.duration("for"), "for"))
    case "header": self = try Self.header(&members)
    default:
      let path = try need(try members.text("at"), "at")
      let isRemoved = try members.flag("remove") ?? false
      let value = members.take("value")
      guard isRemoved != (value != nil) else {
        throw FaultError(place: members.place, message: "'field' needs either 'value' or 'remove: true'")
      }
      self = .field(path: path, value: value)
    }
  }

  private static func header(_ members: inout FaultMembers) throws(FaultError) -> FaultEffect {
    let name = try members.take("header", "the name of a header of letters, digits and hyphens") { value in
      value.stringValue.flatMap { text in
        !text.isEmpty && text.utf8.count < 200
          && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
          ? text : nil
      }
    }
    let isRemoved = try members.flag("remove") ?? false
    let value = try members.take("value", "a text of one line, a number or true or false") { value in
      let text = value.stringValue ?? value.serialized()
      return text.utf8.allSatisfy { (32..<127).contains($0) } && text.utf8.count < 2000 ? text : nil
    }
    guard let name, isRemoved != (value != nil) else {
      throw FaultError(
        place: members.place, message: "'header' needs the header's name, and either 'value' or 'remove: true'")
    }
    return .header(name: name, value: value)
  }

  private static func code(_ members: inout FaultMembers) throws(FaultError) -> String? {
    try members.take("code", "a documented code such as IMG.0057") {
      $0.stringValue.flatMap(ErrorCatalogue.entry)?.code
    }
  }

  private static func pause(_ value: JSONValue) -> Pause? {
    if let seconds = value.intValue { return (0...86_400).contains(seconds) ? .seconds(seconds) : nil }
    let words = value.stringValue?.split(separator: " ") ?? []
    if words == ["none"] { return .unsaid }
    guard words.count == 2, words[0] == "date", let seconds = Int(words[1]), abs(seconds) <= 86_400 else { return nil }
    return .date(seconds)
  }
}
