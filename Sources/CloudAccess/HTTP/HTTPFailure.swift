import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Turns what the HTTP library throws into a ``CloudError`` that says what happened to the request.
enum HTTPFailure {
  struct HeadersTimeout: Error {}
  struct BodyTimeout: Error {}
  struct BodyTooLong: Error {}

  static func cancelled(host: String, delivery: Delivery) -> CloudError {
    CloudError(
      kind: .cancelled, message: "The request to \(host) was cancelled.", delivery: delivery)
  }

  static func cloudError(
    for error: any Error, host: String, delivery: Delivery, timeouts: HTTPTimeouts, bodyLimit: Int
  ) -> CloudError {
    switch error {
    case let error as CloudError: return error
    case is CancellationError: return cancelled(host: host, delivery: delivery)
    case is HeadersTimeout:
      return timeout("\(host) did not answer within \(timeouts.headers.shortText).", hint: nil, delivery: delivery)
    case is BodyTimeout:
      return timeout(
        "The answer of \(host) did not end within \(timeouts.body.shortText).", hint: nil, delivery: delivery)
    case is BodyTooLong:
      return CloudError(
        kind: .network, message: "The answer of \(host) is longer than the limit of \(bodyLimit) bytes.",
        hint: "no answer of the service is that long; check the endpoint", delivery: delivery)
    case let error as NIOConnectionError: return connectionError(error, host: host)
    case let error as HTTPClientError:
      if let known = clientError(error, host: host, delivery: delivery, timeouts: timeouts) { return known }
    default: break
    }
    if let failure = TLSFailure(error) {
      return CloudError(
        kind: .network, message: "No trusted connection to \(host).", hint: failure.hint, delivery: delivery,
        cause: failure.cause)
    }
    let isSent = delivery != .notSent
    return CloudError(
      kind: .network, message: isSent ? "The connection to \(host) broke." : "No connection to \(host).",
      hint: isSent ? nil : unreachable, retryable: true, delivery: delivery, cause: cause(error))
  }

  private static func clientError(
    _ error: HTTPClientError, host: String, delivery: Delivery, timeouts: HTTPTimeouts
  ) -> CloudError? {
    switch error {
    case .cancelled: return cancelled(host: host, delivery: delivery)
    case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .getConnectionFromPoolTimeout:
      return timeout(
        "No connection to \(host) within \(timeouts.connect.shortText).",
        hint: "check the endpoint, the proxy settings and the network", delivery: .notSent)
    case .proxyAuthenticationRequired:
      return CloudError(
        kind: .network, message: "The proxy on the way to \(host) wants other credentials.",
        hint: "give them in HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT", delivery: .notSent)
    case .invalidProxyResponse:
      return CloudError(
        kind: .network, message: "The proxy on the way to \(host) refused the connection, or is no proxy.",
        hint: "check HTTPS_PROXY, and whether \(host) belongs into NO_PROXY", retryable: true, delivery: .notSent)
    case .alreadyShutdown:
      return CloudError(kind: .cancelled, message: "The request to \(host) came after the end of the session.")
    case _ where isRefusedByClient(error):
      // The library's text may quote a header's value, so it is left out.
      return CloudError(
        kind: .validation, message: "The request to \(host) is no valid HTTP request.",
        hint: "check the endpoint's URL, and tokens and keys for line breaks")
    default: return nil
    }
  }

  private static let unreachable = "check that the endpoint is up and reachable from here"

  private static func timeout(_ message: String, hint: String?, delivery: Delivery) -> CloudError {
    CloudError(kind: .timeout, message: message, hint: hint, retryable: true, delivery: delivery)
  }

  private static func connectionError(_ error: NIOConnectionError, host: String) -> CloudError {
    if error.connectionErrors.isEmpty, let lookup = error.dnsAError ?? error.dnsAAAAError {
      return CloudError(
        kind: .network, message: "The host \(error.host) was not found.",
        hint: "check the region and the endpoint's spelling", retryable: true, delivery: .notSent,
        cause: cause(lookup))
    }
    let reasons = error.connectionErrors.map { cause($0.error) }
    return CloudError(
      kind: .network, message: "No connection to \(host).", hint: unreachable,
      retryable: true, delivery: .notSent, cause: reasons.joined(separator: "; "))
  }

  private static func isRefusedByClient(_ error: HTTPClientError) -> Bool {
    switch error {
    case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath, .traceRequestWithBody: return true
    default:
      let text = error.description
      return text.contains("invalidHeaderField") || text.contains("unsupportedScheme")
    }
  }

  private static func cause(_ error: any Error) -> String {
    if let error = error as? HTTPClientError, error == .remoteConnectionClosed {
      return "the other side closed the connection"
    }
    // The library's own descriptions name its functions.
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    if let error = error as? HTTPParserError { return "the answer is not HTTP (\(error))" }
    return String(describing: error)
  }
}
