import AsyncHTTPClient
import Foundation

/// HTTP over async-http-client.
public final class AsyncHTTPTransport: HTTPTransport {
  public init(verifyTLS: Bool = true, caFile: String? = nil, proxyEnvironment: [String: String] = [:]) {}

  public func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    throw CloudError(kind: .network, message: "The transport is not built in yet.")
  }

  public func shutdown() async {}
}
