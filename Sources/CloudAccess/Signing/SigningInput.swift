/// A request in the parts that signing looks at.
public struct SigningInput: Sendable {
  public var method: String
  /// The host, with its port when that is not the scheme's own.
  public var host: String
  /// The path, raw or percent-encoded; it is decoded once.
  public var path: String
  /// The parameters in plain text.
  public var query: [(String, String)]
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(
    method: String, host: String, path: String, query: [(String, String)] = [],
    headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.host = host
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The value of the last header of that name, compared without case.
  func header(_ name: String) -> String? {
    headers.last { $0.name.equalsIgnoringCase(name) }?.value
  }

  mutating func addHeader(_ name: String, _ value: String) {
    if header(name) == nil { headers.append((name, value)) }
  }
}
