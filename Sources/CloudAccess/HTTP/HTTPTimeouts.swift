/// The time limits of one HTTP exchange, each counted for itself.
public struct HTTPTimeouts: Sendable, Hashable {
  /// From the start of the connection to a finished TLS handshake.
  public var connect: Duration
  /// From sending to the head of the answer.
  public var headers: Duration
  /// From the head of the answer to the end of its body.
  public var body: Duration

  public init(connect: Duration = .seconds(10), headers: Duration = .seconds(60), body: Duration = .seconds(60)) {
    self.connect = connect
    self.headers = headers
    self.body = body
  }
}
