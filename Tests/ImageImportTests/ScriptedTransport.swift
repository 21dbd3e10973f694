import CloudAccess
import Foundation
import Logging
import Synchronization

@testable import ImageImport

/// A transport whose answers a test writes; it remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
  typealias Answer = @Sendable (HTTPRequest, Int) async throws -> HTTPResponse

  private let answer: Answer
  private let log = Mutex<[HTTPRequest]>([])
  private let now = Mutex((inFlight: 0, most: 0))

  /// - Parameter answer: gets the request and how many came before it.
  init(_ answer: @escaping Answer) {
    self.answer = answer
  }

  var requests: [HTTPRequest] { log.withLock { $0 } }

  /// The most requests that were under way at once.
  var mostInFlight: Int { now.withLock { $0.most } }

  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    let index = log.withLock { log in
      log.append(request)
      return log.count - 1
    }
    now.withLock { now in
      now.inFlight += 1
      now.most = max(now.most, now.inFlight)
    }
    defer { now.withLock { $0.inFlight -= 1 } }
    return try await answer(request, index)
  }
}

extension HTTPResponse {
  static func json(_ json: JSONValue, status: Int = 200, headers: [(name: String, value: String)] = []) -> HTTPResponse
  {
    HTTPResponse(status: status, headers: headers, body: Array(json.serialized().utf8))
  }

  /// An error of the image service.
  static func refusal(_ code: String, status: Int = 400, headers: [(name: String, value: String)] = []) -> HTTPResponse
  {
    json(["error": ["code": .string(code), "message": "no"]], status: status, headers: headers)
  }

  static func job(_ status: String, _ members: [String: JSONValue] = [:]) -> HTTPResponse {
    json(.object(members.merging(["status": .string(status), "job_id": "j1"]) { own, _ in own }))
  }
}

/// A client of a cloud that answers what a test writes, on a clock that the test moves.
struct TestCloud {
  private static let longestPause = Duration.seconds(400)

  let time = ManualTime()
  let transport: ScriptedTransport
  let client: ImageClient

  init(_ answer: @escaping ScriptedTransport.Answer) {
    transport = ScriptedTransport(answer)
    let profile = CloudProfile(
      name: "test", dialect: .otc, region: "eu-de", authURL: "https://iam.test/v3",
      credentials: .token(Secret("very-secret-token")), projectID: "0123456789abcdef0123456789abcdef",
      endpointOverrides: [.image: "https://ims.test", .identity: "https://iam.test/v3"])
    let session = CloudSession(
      profile: profile, transport: transport, time: time,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    client = ImageClient(session: session)
  }

  /// Moves the clock from one sleeper's moment to the next until the work is done, at most so far.
  ///
  /// No pause between questions is longer than ``longestPause``. When nothing sooner is due, a question is under way and only the
  /// time limit of a wait sleeps, so the clock stands still until the answer is there.
  func run<T: Sendable>(for limit: Duration, _ work: @escaping @Sendable () async throws -> T) async throws -> T {
    let done = Mutex(false)
    let task = Task {
      defer { done.withLock { $0 = true } }
      return try await work()
    }
    let end = time.monotonic + limit
    while !done.withLock({ $0 }), time.monotonic < end {
      if let due = time.nextDue, due <= TestCloud.longestPause {
        await time.advance(by: max(due, .microseconds(1)))
      } else {
        await Task.yield()
      }
    }
    if !done.withLock({ $0 }) { task.cancel() }
    return try await task.value
  }
}

/// Keeps the events of imports.
final class EventLog: ImportEventSink {
  private let log = Mutex<[ImportEvent]>([])

  var events: [ImportEvent] { log.withLock { $0 } }
  var names: [String] { events.map(\.name) }

  func emit(_ event: ImportEvent) { log.withLock { $0.append(event) } }
}
