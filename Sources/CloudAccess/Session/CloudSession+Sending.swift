import Foundation

extension CloudSession {
  /// Sends a call with valid credentials; once more when they turn out to have ended or the clock to be off.
  func sendAuthenticated(_ call: APICall) async throws -> APIResponse {
    try await governor?.admit(call)
    let sentAt = time.monotonic
    let prepared = try await prepare(call)
    let response = try await exchange(prepared.request, bodyLimit: call.bodyLimit)
    if let answer = Self.answer(response, now: time.now) { return answer }
    if [401, 403].contains(response.status), try await canRecover(from: response, prepared: prepared) {
      try await governor?.admit(call)
      let again = try await prepare(call)
      let second = try await exchange(again.request, bodyLimit: call.bodyLimit)
      if let answer = Self.answer(second, now: time.now) { return answer }
      throw refusal(second, of: call, sentAt: sentAt)
    }
    throw refusal(response, of: call, sentAt: sentAt)
  }

  /// A request on its way, with the token in it, so that a refusal is blamed on the right one.
  struct Prepared {
    var request: HTTPRequest
    var token: Secret?
  }

  private func canRecover(from response: HTTPResponse, prepared: Prepared) async throws -> Bool {
    switch profile.credentials {
    case .password:
      guard response.status == 401, let used = prepared.token else { return false }
      token.forget { $0.value == used }
      logger.debug("the token was refused, getting another")
      return true
    case .accessKey: return learnClock(from: response)
    case .token: return false
    }
  }

  /// Takes the cloud's time for signing when its answer shows that the local clock is minutes off.
  private func learnClock(from response: HTTPResponse) -> Bool {
    guard let offset = CloudError.clockOffset(of: response, now: time.now) else { return false }
    let isNews = clockOffset.withLock { known in
      guard abs(offset - known) > 300 else { return false }
      known = offset
      return true
    }
    if isNews {
      logger.warning(
        "the local clock is \(Int(abs(offset))) s \(offset > 0 ? "behind" : "ahead of") the cloud's; its time is signed with"
      )
    }
    return isNews
  }

  private func refusal(_ response: HTTPResponse, of call: APICall, sentAt: Duration) -> CloudError {
    var isSigned = false
    if case .accessKey = profile.credentials { isSigned = true }
    let error = CloudError(
      response: response, what: "\(call.method) \(call.path)", now: time.now, isSigned: isSigned)
    governor?.refused(call, error, sentAt: sentAt)
    return error
  }

  private static func answer(_ response: HTTPResponse, now: Date) -> APIResponse? {
    guard (200..<300).contains(response.status) else { return nil }
    return APIResponse(
      status: response.status, headers: response.headers, body: response.body,
      requestID: CloudError.requestID(in: response),
      retryAfter: RetryAfter.pause(in: response, text: nil, now: now))
  }

  static func json(_ body: [UInt8]) -> JSONValue? {
    guard let first = body.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return nil }
    return try? JSONValue(parsing: body)
  }

  private func prepare(_ call: APICall) async throws -> Prepared {
    do {
      return try await prepared(call)
    } catch let failure as PreparationFailure {
      throw failure
    } catch let error as CloudError {
      throw PreparationFailure(error)
    }
  }

  private func prepared(_ call: APICall) async throws -> Prepared {
    let base = try await endpoint(call.service)
    var path = call.path
    if let mark = path.utf8Range(of: "{project_id}") {
      path.replaceSubrange(mark, with: try await projectID())
    }
    var request = HTTPRequest(method: call.method, url: base + path, headers: call.headers)
    if !call.query.isEmpty {
      request.url += "?" + RequestSigner.wireQuery(call.query, form: profile.signingForm)
    }
    switch call.body {
    case .json(let json)?: attach(Array(json.serialized().utf8), "application/json", to: &request)
    case .bytes(let bytes, let contentType)?: attach(bytes, contentType, to: &request)
    case nil: break
    }
    switch profile.credentials {
    case .password, .token:
      let token = try await currentToken()
      request.setHeader("X-Auth-Token", token.reveal())
      return Prepared(request: request, token: token)
    case .accessKey(let key):
      return Prepared(request: try await signed(request, key: key, service: call.service), token: nil)
    }
  }

  private func attach(_ body: [UInt8], _ contentType: String, to request: inout HTTPRequest) {
    request.body = body
    if request.header("Content-Type") == nil { request.setHeader("Content-Type", contentType) }
  }

  private func signed(
    _ request: HTTPRequest, key: AccessKey, service: CloudService
  ) async throws -> HTTPRequest {
    var extra: [(name: String, value: String)] = []
    if service == .identity {
      if let domain = profile.domainID { extra.append(("X-Domain-Id", domain)) }
    } else {
      extra.append(("X-Project-Id", try await projectID()))
    }
    if let token = key.securityToken { extra.append(("X-Security-Token", token.reveal())) }
    var request = request
    if profile.signsExtraHeaders { request.headers += extra }
    let date = time.now + clockOffset.withLock { $0 }
    request = RequestSigner.sign(
      request, key: key, form: profile.signingForm, date: Timestamp.compactUTC(date), region: profile.region,
      service: service == .identity ? "iam" : "ims")
    if !profile.signsExtraHeaders { request.headers += extra }
    return request
  }
}
