/// Sends one HTTP request and returns the answer, whatever its status; never follows a redirect, never repeats.
public protocol HTTPTransport: Sendable {
  /// Sends the request once.
  ///
  /// `bodyLimit` is the longest body taken, in bytes; what happens beyond is the request's `overflow`.
  ///
  /// Throws a ``CloudError`` of kind `network`, `timeout`, `cancelled` or `validation`, with its `delivery` set.
  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse
}
