/// One HTTP answer, whatever its status.
public struct HTTPResponse: Sendable {
  public var status: Int
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// Whether the body was cut at the limit of the call, see ``HTTPRequest/BodyOverflow/truncate``.
  public var isTruncated: Bool

  public init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], isTruncated: Bool = false
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.isTruncated = isTruncated
  }

  /// The value of the first header of that name, compared without case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.equalsIgnoringCase(name) }?.value
  }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Status and size; headers may hold tokens and stay out of descriptions.
  public var description: String { "HTTP \(status), \(body.count) bytes" }
  public var debugDescription: String { description }
  public var customMirror: Mirror {
    Mirror(self, children: ["status": status, "bytes": body.count], displayStyle: .struct)
  }
}
