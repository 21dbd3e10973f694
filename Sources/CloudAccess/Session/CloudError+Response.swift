import Foundation

extension CloudError {
  /// The error an answer other than 2xx stands for.
  ///
  /// `what` names the call for the message; `now` is the local clock, to notice that it is off.
  init(response: HTTPResponse, what: String, now: Date, isSigned: Bool) {
    let body = ErrorBody(response.body)
    let status = response.status
    let code = body.code == String(status) ? nil : body.code
    var kind = Self.kind(ofStatus: status)
    if code == "APIGW.0308" { kind = .throttled }
    let said = body.message.map { ": \($0)" } ?? "."
    self.init(
      kind: kind, message: "\(what) was answered with status \(status)\(said)", code: code, status: status,
      requestID: Self.requestID(in: response) ?? body.requestID,
      retryable: [408, 429, 500, 502, 503, 504].contains(status) || kind == .throttled, delivery: .answered)
    if retryable { retryAfter = RetryAfter.pause(in: response, text: body.message, now: now) }
    hint = Self.hint(kind: kind, response: response, text: body.message, now: now, isSigned: isSigned)
  }

  /// The request id in an answer's headers, under any of the names in use.
  package static func requestID(in response: HTTPResponse) -> String? {
    for name in ["X-Request-Id", "x-obs-request-id", "x-amz-request-id", "X-Openstack-Request-Id"] {
      if let value = response.header(name), !value.isEmpty { return value }
    }
    return nil
  }

  /// By how many seconds the answer's `Date` is ahead of the local clock; `nil` when it has none.
  package static func clockOffset(of response: HTTPResponse, now: Date) -> Double? {
    response.header("Date").flatMap { Timestamp.http($0) }.map { $0.timeIntervalSince(now) }
  }

  private static func kind(ofStatus status: Int) -> Kind {
    switch status {
    case 401: .authentication
    case 403: .permission
    case 404: .not_found
    case 407: .network
    case 409: .conflict
    case 429: .throttled
    case 400, 402, 405...499: status == 408 ? .service : .validation
    default: .service
    }
  }

  private static func hint(
    kind: Kind, response: HTTPResponse, text: String?, now: Date, isSigned: Bool
  ) -> String? {
    switch kind {
    case .network: return "a proxy wants credentials: give them in HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT"
    case .authentication, .permission:
      if isSigned, let offset = clockOffset(of: response, now: now), abs(offset) > 300 {
        let minutes = Int((abs(offset) / 60).rounded())
        return "this machine's clock is \(minutes) min \(offset > 0 ? "behind" : "ahead of") the cloud's; set it right"
      }
      if kind == .permission {
        return "the credentials are known, but may not do this; check the user's roles in this project"
      }
      return isSigned
        ? "check access key, secret key and the signing form (a or b) of the profile"
        : "check user, password, domain and project; a given token may have expired"
    case .throttled:
      guard let throttle = text.flatMap(RetryAfter.throttle) else { return "too many calls; go on more slowly" }
      return "the cloud takes \(throttle.limit) calls per \(throttle.period.shortText); go on more slowly"
    case .service where (300..<400).contains(response.status):
      // No endpoint has a query, and that of a login page may hold a token.
      let target = response.header("Location").map { Redaction.url(String($0.prefix { $0 != "?" })) }
      return "redirects are not followed; set the endpoint to \(target ?? "the right one")"
    default: return nil
    }
  }
}
