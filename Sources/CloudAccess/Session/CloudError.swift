/// A call to the cloud that did not succeed: refused, unanswered, or not sent at all.
public struct CloudError: Error, Sendable, Hashable {
  /// What went wrong, in the words scripts see.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case authentication, permission, not_found, conflict, quota, throttled, service, network, timeout, validation
    case cancelled
  }

  public var kind: Kind
  /// One sentence: the thing, what was expected, what came.
  public var message: String
  /// The code of the service or its gateway, for example `IMG.0009`, `APIGW.0301` or `NoSuchKey`.
  public var code: String?
  /// The HTTP status, when an answer came.
  public var status: Int?
  /// The id under which the cloud's support finds the request.
  public var requestID: String?
  /// What to do about it.
  public var hint: String?
  /// Whether the same call may succeed later without any change.
  public var retryable: Bool
  public var delivery: Delivery
  /// How long the cloud asked to wait before the next attempt.
  public var retryAfter: Duration?
  /// The text of the underlying failure, without secrets.
  public var cause: String?

  public init(
    kind: Kind, message: String, code: String? = nil, status: Int? = nil, requestID: String? = nil,
    hint: String? = nil, retryable: Bool = false, delivery: Delivery = .notSent, retryAfter: Duration? = nil,
    cause: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.code = code
    self.status = status
    self.requestID = requestID
    self.hint = hint
    self.retryable = retryable
    self.delivery = delivery
    self.retryAfter = retryAfter
    self.cause = cause
  }
}

extension CloudError: CustomStringConvertible {
  public var description: String {
    var text = message
    if let code { text += " [\(code)]" }
    if let hint { text += " (\(hint))" }
    return text
  }
}
