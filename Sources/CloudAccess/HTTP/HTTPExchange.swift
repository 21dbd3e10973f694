import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its answer: collects the answer, keeps the time limits, and notes how far the request got.
///
/// async-http-client calls it on one event loop; the lock only makes the notes readable afterwards.
final class HTTPExchange: HTTPClientResponseDelegate {
  typealias Response = HTTPResponse

  private struct State {
    var headSent = false
    var bodySent = false
    var head: HTTPResponseHead?
    var body: [UInt8] = []
    var isTruncated = false
    var timer: Scheduled<Void>?
  }

  private let timeouts: HTTPTimeouts
  private let bodyLimit: Int
  private let overflow: HTTPRequest.BodyOverflow
  private let sendsBody: Bool
  private let sendingAllowance: Duration
  private let isHead: Bool
  private let state = Mutex(State())

  init(request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) {
    self.timeouts = timeouts
    self.bodyLimit = bodyLimit
    overflow = request.overflow
    let count = request.body?.count ?? 0
    sendsBody = count > 0
    // A body may take as long as a line of 64 KiB a second needs for it, on top of the limit for the head.
    sendingAllowance = .seconds(count / 65536)
    isHead = request.method == "HEAD"
  }

  /// What is known about the request when the exchange failed.
  ///
  /// A request whose body was never handed to the system cannot have been acted on, whatever happened to its head.
  var delivery: Delivery {
    state.withLock { state in
      if sendsBody { return state.bodySent ? .ambiguous : .notSent }
      return state.headSent ? .ambiguous : .notSent
    }
  }

  /// The answer up to the limit, when reading was stopped there on purpose.
  var truncatedResponse: HTTPResponse? {
    state.withLock { state in state.isTruncated ? Self.response(&state) : nil }
  }

  func didSendRequestHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPRequestHead) {
    state.withLock { $0.headSent = true }
    start(task, limit: timeouts.headers + sendingAllowance, HTTPFailure.HeadersTimeout())
  }

  func didSendRequestPart(task: HTTPClient.Task<HTTPResponse>, _ part: IOData) {
    state.withLock { $0.bodySent = true }
  }

  func didReceiveHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    let declared = head.headers.first(name: "content-length").flatMap { Int($0) }
    let tooLong = state.withLock { state in
      state.head = head
      if let declared, declared <= bodyLimit { state.body.reserveCapacity(declared) }
      return !isHead && overflow == .fail && declared.map { $0 > bodyLimit } == true
    }
    if tooLong {
      return task.eventLoop.makeFailedFuture(HTTPFailure.BodyTooLong())
    }
    start(task, limit: timeouts.body, HTTPFailure.BodyTimeout())
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveBodyPart(task: HTTPClient.Task<HTTPResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
    let isFull = state.withLock { state in
      let room = bodyLimit - state.body.count
      state.body.append(contentsOf: buffer.readableBytesView.prefix(room))
      let declared = state.head?.headers.first(name: "content-length").flatMap { Int($0) }
      // A body that ends exactly at the limit is complete, when its declared length says so.
      let isFull = buffer.readableBytes > room || (buffer.readableBytes == room && declared != bodyLimit)
      if isFull, overflow == .truncate { state.isTruncated = true }
      return overflow == .truncate ? isFull : buffer.readableBytes > room
    }
    if isFull {
      return task.eventLoop.makeFailedFuture(HTTPFailure.BodyTooLong())
    }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveError(task: HTTPClient.Task<HTTPResponse>, _ error: any Error) {
    stopTimer()
  }

  func didFinishRequest(task: HTTPClient.Task<HTTPResponse>) throws -> HTTPResponse {
    stopTimer()
    return state.withLock { Self.response(&$0) }
  }

  private static func response(_ state: inout State) -> HTTPResponse {
    defer { state.body = [] }
    return HTTPResponse(
      status: Int(state.head?.status.code ?? 0),
      headers: state.head?.headers.map { (name: $0.name, value: $0.value) } ?? [],
      body: state.body, isTruncated: state.isTruncated)
  }

  private func start(_ task: HTTPClient.Task<HTTPResponse>, limit: Duration, _ error: any Error) {
    let timer = task.eventLoop.scheduleTask(in: TimeAmount(limit)) { task.fail(reason: error) }
    let old = state.withLock { state in
      defer { state.timer = timer }
      return state.timer
    }
    old?.cancel()
  }

  private func stopTimer() {
    let timer = state.withLock { state in
      defer { state.timer = nil }
      return state.timer
    }
    timer?.cancel()
  }
}
