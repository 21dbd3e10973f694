/// One HTTP request as bytes and texts, ready for the wire.
public struct HTTPRequest: Sendable {
  public var method: String
  /// The absolute URL, percent-encoded.
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]?
  /// A body that is made while it is sent, in place of ``body``.
  public var stream: HTTPBodyStream?
  /// What happens when the answer's body is longer than the limit of the call.
  public var overflow: BodyOverflow
  /// Texts in it that nothing which keeps requests may keep, beside what headers and parameters show to be secret by their names.
  public var secrets: [Secret] = []

  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    overflow: BodyOverflow = .fail
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.overflow = overflow
  }

  /// What to do with an answer that is longer than asked for.
  public enum BodyOverflow: Sendable, Hashable {
    /// The exchange fails with a ``CloudError``.
    case fail
    /// Reading stops at the limit, the connection is given up, and the answer is marked as truncated.
    case truncate
  }

  /// The value of the last header of that name, compared without case.
  public func header(_ name: String) -> String? {
    headers.last { $0.name.equalsIgnoringCase(name) }?.value
  }

  /// Replaces every header of that name by one.
  public mutating func setHeader(_ name: String, _ value: String) {
    headers.removeAll { $0.name.equalsIgnoringCase(name) }
    headers.append((name, value))
  }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Method and URL without credentials; headers and body stay out of descriptions.
  public var description: String { "\(method) \(Redaction.url(url))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror {
    Mirror(self, children: ["method": method, "url": Redaction.url(url)], displayStyle: .struct)
  }
}
