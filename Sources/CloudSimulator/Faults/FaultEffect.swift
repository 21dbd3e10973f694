import CloudAccess

/// What goes wrong with a call, or with an import.
public enum FaultEffect: Sendable, Hashable {
  /// The connection is reset before the call is acted on.
  case replyLostBefore
  /// The call is acted on, and the connection reset before any byte of the answer.
  case replyLostAfter
  /// The call is acted on, and the connection reset after so many bytes of the answer's body; nil means half of it.
  case replyCut(after: Int?)
  /// The connection is reset once so many bytes of the request's body were read; nil means at the first.
  case requestCut(after: Int?)
  /// The request's body is taken at so many bytes a second.
  case slowRequest(bytesPerSecond: Int)
  /// 429 with APIGW.0308, of object storage with TooManyRequests; the call is not acted on.
  case throttled(Pause)
  /// An answer of the gateway with this status; `isExecuted` tells whether the call was acted on all the same.
  case status(Int, body: Body, isExecuted: Bool)
  /// The answer begins so much later.
  case slowHeaders(Duration)
  /// The answer's body comes with so many bytes a second.
  case slowBody(bytesPerSecond: Int)
  /// 401, and every token given so far is void.
  case tokenRefused
  /// The cloud's clock is off by so many seconds: in the `Date` of the answer and where signatures are checked.
  case clockSkew(seconds: Double)
  /// The service refuses the call with one of its codes; object storage has other ones than the image service.
  case refused(code: String, reason: String?)
  /// The job is not known; with an age, only while the job is younger.
  case jobUnknown(youngerThan: Duration?)
  /// The import fails with a code after its usual time; `keepsImage` beats the cloud's switch.
  case jobFails(code: String, reason: String?, keepsImage: Bool?)
  /// The import takes so much cloud time, and no look at its file.
  case jobTakes(Duration)
  /// A field of a JSON answer has another value; nil takes the field away.
  case field(path: String, value: JSONValue?)
  /// An answer has this header with another value; nil takes the header away.
  case header(name: String, value: String?)

  /// What a throttled answer says about the time to wait.
  public enum Pause: Sendable, Hashable {
    /// No header; the text names limit and period.
    case unsaid
    case seconds(Int)
    /// An HTTP date so many seconds ahead.
    case date(Int)
  }

  /// What the body of an answer with a status of the gateway is.
  public enum Body: String, Sendable, Hashable, CaseIterable {
    case json, html, empty
    /// As object storage words its errors.
    case xml
  }

  /// The name in files and flags.
  public var name: String {
    switch self {
    case .replyLostBefore: "reply_lost_before"
    case .replyLostAfter: "reply_lost_after"
    case .replyCut: "reply_cut"
    case .requestCut: "request_cut"
    case .slowRequest: "slow_request"
    case .throttled: "throttled"
    case .status: "status"
    case .slowHeaders: "slow_headers"
    case .slowBody: "slow_body"
    case .tokenRefused: "token_refused"
    case .clockSkew: "clock_skew"
    case .refused: "refused"
    case .jobUnknown: "job_unknown"
    case .jobFails: "job_fails"
    case .jobTakes: "job_takes"
    case .field: "field"
    case .header: "header"
    }
  }

  /// The calls met when a fault names none; empty means every call.
  var usualCalls: Set<FaultCall> {
    switch self {
    case .jobUnknown, .field: [.job]
    case .refused: [.submit]
    case .jobFails, .jobTakes: [.import]
    default: []
    }
  }
}
