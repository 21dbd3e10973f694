import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One request whose body is made while it is sent, and its answer.
///
/// There is no limit for the whole of it, since a slow line may take hours: what counts is how long the other side takes
/// nothing. Time that the body's maker spends is not held against it.
final class StreamingExchange: Sendable {
  private struct State {
    var isMaking = false
    var lastProgress = ContinuousClock.now
    var hasBegun = false
    var makerFailure: (any Error)?
  }

  private let request: HTTPRequest
  private let stream: HTTPBodyStream
  private let timeouts: HTTPTimeouts
  private let bodyLimit: Int
  private let state = Mutex(State())

  init(_ request: HTTPRequest, _ stream: HTTPBodyStream, timeouts: HTTPTimeouts, bodyLimit: Int) {
    self.request = request
    self.stream = stream
    self.timeouts = timeouts
    self.bodyLimit = bodyLimit
  }

  /// Sends the request once.
  ///
  /// Throws what the body's maker threw, else a ``CloudError``.
  func run(_ client: HTTPClient) async throws -> HTTPResponse {
    do {
      return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
        group.addTask { try await self.exchange(client) }
        group.addTask {
          try await self.watch()
          return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
          if let response = result { return response }
        }
        throw CancellationError()
      }
    } catch {
      let state = state.withLock { $0 }
      if let failure = state.makerFailure { throw failure }
      throw HTTPFailure.cloudError(
        for: Task.isCancelled ? CancellationError() : error, host: URLParts(request.url).host,
        delivery: state.hasBegun ? .ambiguous : .notSent, timeouts: timeouts, bodyLimit: bodyLimit)
    }
  }

  private func exchange(_ client: HTTPClient) async throws -> HTTPResponse {
    var wire = HTTPClientRequest(url: request.url)
    wire.method = HTTPMethod(rawValue: request.method)
    wire.headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
    wire.body = .stream(Chunks(exchange: self), length: .known(Int64(clamping: stream.length)))
    let response = try await client.execute(wire, deadline: .distantFuture)
    var body: [UInt8] = []
    for try await chunk in response.body {
      noteProgress()
      guard body.count + chunk.readableBytes <= bodyLimit else { throw HTTPFailure.BodyTooLong() }
      body.append(contentsOf: chunk.readableBytesView)
    }
    return HTTPResponse(
      status: Int(response.status.code), headers: response.headers.map { (name: $0.name, value: $0.value) }, body: body)
  }

  /// Throws when nothing has moved for as long as an answer may take.
  private func watch() async throws {
    while true {
      let rest = state.withLock { state -> Duration in
        if state.isMaking { return timeouts.headers }
        return timeouts.headers - (ContinuousClock.now - state.lastProgress)
      }
      guard rest > .zero else { throw HTTPFailure.HeadersTimeout() }
      try await Task.sleep(for: rest)
    }
  }

  private func noteProgress() {
    state.withLock { $0.lastProgress = .now }
  }

  private func next() async throws -> ByteBuffer? {
    state.withLock { $0.isMaking = true }
    defer {
      state.withLock { state in
        state.isMaking = false
        state.hasBegun = true
        state.lastProgress = .now
      }
    }
    do {
      return try await stream.next()
    } catch {
      state.withLock { $0.makerFailure = $0.makerFailure ?? error }
      throw error
    }
  }

  private struct Chunks: AsyncSequence, Sendable {
    let exchange: StreamingExchange

    func makeAsyncIterator() -> Iterator { Iterator(exchange: exchange) }

    struct Iterator: AsyncIteratorProtocol {
      let exchange: StreamingExchange

      mutating func next() async throws -> ByteBuffer? { try await exchange.next() }
    }
  }
}
