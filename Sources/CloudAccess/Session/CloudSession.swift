import Foundation
import Logging
import Synchronization

/// Calls of one profile: finds endpoints, proves who is calling, repeats what may be repeated, and reads refusals.
///
/// It can be used from any number of tasks at once; they share one token and one look-up of the project.
public final class CloudSession: Sendable {
  public let profile: CloudProfile
  public let transport: any HTTPTransport
  public let time: any TimeSource

  let logger: Logger
  let schedule: RetrySchedule
  let token = SharedValue<ProjectToken>()
  let project = SharedValue<String>()
  /// Seconds to add to the local clock when signing, learned from a refusal; see ``learnClock(from:)``.
  let clockOffset = Mutex(0.0)
  /// Gives the jitter of pauses, each in 0..<1.
  public let random: @Sendable () -> Double

  /// Asked before every request but those for tokens.
  public let governor: (any RequestGovernor)?

  /// Opens nothing; the first call does.
  ///
  /// `random` gives the jitter of the pauses, each in 0..<1.
  public init(
    profile: CloudProfile, transport: any HTTPTransport, time: any TimeSource, logger: Logger,
    schedule: RetrySchedule = RetrySchedule(), governor: (any RequestGovernor)? = nil,
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    self.profile = profile
    self.transport = transport
    self.time = time
    self.logger = logger
    self.schedule = schedule
    self.governor = governor
    self.random = random
  }

  /// Sends a call and returns its answer of status 2xx.
  ///
  /// Throws a ``CloudError`` for everything else. A refusal for an ended token is answered by a new one and one
  /// repetition, whatever the call's ``RetryPolicy``: the service did not act on what it refused.
  public func send(_ call: APICall) async throws -> APIResponse {
    do {
      return try await repeating(call) { try await self.sendAuthenticated(call) }
    } catch let failure as PreparationFailure {
      throw failure.error
    }
  }

  /// Closes the transport's connections. The session is of no use afterwards, nor are others over that transport.
  public func shutdown() async {
    if let transport = transport as? AsyncHTTPTransport { await transport.shutdown() }
  }

  /// A failure before the call itself was sent: at the login, or at looking up endpoint or project.
  ///
  /// What was needed has been repeated on its own schedule already, so the call is not repeated for it.
  struct PreparationFailure: Error {
    let error: CloudError

    init(_ error: CloudError) {
      var error = error
      error.delivery = .notSent
      self.error = error
    }
  }

  /// Runs `once` until it succeeds, fails for good, or the schedule ends.
  func repeating<Value>(_ call: APICall, _ once: () async throws -> Value) async throws -> Value {
    let start = time.monotonic
    var attempt = 1
    while true {
      do {
        return try await once()
      } catch let error as CloudError {
        guard call.retry == .idempotent, error.retryable,
          let pause = schedule.pause(
            afterAttempt: attempt, elapsed: time.monotonic - start, retryAfter: error.retryAfter, random: random())
        else { throw error }
        // Once is nothing; whoever waits for the third attempt wants to know what for.
        logger.log(
          level: attempt == 2 ? .info : .debug,
          "\(call.method) \(call.path) failed, next attempt in \(pause.shortText)",
          metadata: ["attempt": "\(attempt)", "error": "\(error)"])
        do { try await time.sleep(for: pause) } catch { throw Self.cancelled(call) }
        attempt += 1
      } catch is CancellationError {
        throw Self.cancelled(call)
      }
    }
  }

  static func cancelled(_ call: APICall) -> CloudError {
    CloudError(kind: .cancelled, message: "\(call.method) \(call.path) was cancelled.")
  }

  private var passwords: [Secret] {
    guard case .password(let credentials) = profile.credentials else { return [] }
    return [credentials.password] + (credentials.passcode.map { [$0] } ?? [])
  }

  /// Sends a request once and logs it; the answer quotes none of its secrets.
  func exchange(_ request: HTTPRequest, bodyLimit: Int) async throws -> HTTPResponse {
    let start = time.monotonic
    time.hold()
    defer { time.release() }
    do {
      let answer = try await transport.send(request, timeouts: profile.timeouts, bodyLimit: bodyLimit)
      let isRefusal = !(200..<300).contains(answer.status)
      // What the cloud has may read like somebody's password; what it says against a request may not.
      let response = SecretMask(request, also: isRefusal ? passwords : []).masked(answer)
      logger.debug(
        "\(request) → \(response.status) in \((time.monotonic - start).shortText)",
        metadata: CloudError.requestID(in: response).map { ["request_id": "\($0)"] } ?? [:])
      return response
    } catch {
      logger.debug("\(request) → \(error)")
      throw error
    }
  }
}
