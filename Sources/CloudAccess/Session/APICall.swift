/// One call of a cloud's API, before endpoint, project and credentials are known.
public struct APICall: Sendable {
  public var service: CloudService
  public var method: String
  /// The path below the endpoint, percent-encoded where needed; `{project_id}` in it is filled in.
  public var path: String
  /// Query parameters in plain text, encoded when sent.
  public var query: [(String, String)]
  public var body: APIBody?
  public var headers: [(name: String, value: String)]
  public var retry: RetryPolicy
  /// The longest answer taken, in bytes.
  public var bodyLimit: Int
  /// Whether the caller has asked the session's ``RequestGovernor`` already.
  public var isPaidFor = false

  public init(
    service: CloudService = .image, method: String = "GET", path: String, query: [(String, String)] = [],
    body: APIBody? = nil, headers: [(name: String, value: String)] = [], retry: RetryPolicy = .idempotent,
    bodyLimit: Int = 16 << 20
  ) {
    self.service = service
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.headers = headers
    self.retry = retry
    self.bodyLimit = bodyLimit
  }
}
