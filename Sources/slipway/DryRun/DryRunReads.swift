import CloudAccess
import Foundation
import ImageImport
import Synchronization

/// The questions that a dry run really asks, each once: every branch sees the cloud of the same moment.
///
/// They keep to the request budget by the real clock, since that of a dry run jumps.
final class DryRunReads: Sendable {
  private struct Known: Sendable {
    var response: HTTPResponse
    var limit: Int
  }

  private let limiter: RequestLimiter
  private let known = Mutex<[String: Known]>([:])
  private let sent = Mutex(0)

  init(requestsPerSecond: Double) {
    limiter = RequestLimiter(policy: RequestBudget.Policy(rate: requestsPerSecond), time: SystemTime())
  }

  /// How many requests left this machine.
  var count: Int { sent.withLock { $0 } }

  /// Sends a question, or answers it from memory. `isFresh` asks anew; `isPaced` keeps to the image service's budget.
  func send(
    _ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int, isFresh: Bool = false, isPaced: Bool = false,
    through transport: any HTTPTransport
  ) async throws -> HTTPResponse {
    let key = [request.method, request.url, request.header("Range") ?? "", request.header("If-Match") ?? ""]
      .joined(separator: " ")
    if !isFresh, let known = known.withLock({ $0[key] }), known.limit >= bodyLimit || !known.response.isTruncated {
      return known.response
    }
    if isPaced { try await limiter.admit(APICall(method: request.method, path: URLParts(request.url).path)) }
    sent.withLock { $0 += 1 }
    let response = try await transport.send(request, timeouts: timeouts, bodyLimit: bodyLimit)
    if !isFresh, response.status < 500, ![401, 403, 429].contains(response.status) {
      known.withLock { $0[key] = Known(response: response, limit: bodyLimit) }
    }
    return response
  }
}
