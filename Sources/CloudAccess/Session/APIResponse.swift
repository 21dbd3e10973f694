/// The answer to an ``APICall`` that succeeded (status 2xx).
public struct APIResponse: Sendable {
  public var status: Int
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// The id under which the cloud's support finds the request.
  public var requestID: String?
  public var retryAfter: Duration?

  public init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    requestID: String? = nil, retryAfter: Duration? = nil
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.requestID = requestID
    self.retryAfter = retryAfter
  }

  /// The body, parsed at each call; `nil` when there is none or it is no JSON.
  public var json: JSONValue? { CloudSession.json(body) }
}
