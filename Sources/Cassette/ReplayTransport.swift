import CloudAccess

/// Answers from a cassette.
final class ReplayTransport: HTTPTransport {
  private let channel: RecordedExchange.Channel
  private let player: CassettePlayer

  init(_ channel: RecordedExchange.Channel, player: CassettePlayer) {
    self.channel = channel
    self.player = player
  }

  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    // Whoever sends holds the clock, and here the answer is what time must pass for.
    player.time.release()
    defer { player.time.hold() }
    player.scrubber.add(request)
    let digest = request.stream.map { StreamDigest($0) }
    try await digest?.drain()
    let kept = RecordedRequest(request, streamed: digest?.body, isExact: channel == .web, player.scrubber)
    switch player.draw(kept, channel) {
    case .unknown(let mismatch):
      if let answer = player.spare(kept) {
        try await sleep(until: player.elapsed + player.pause(4), kept)
        return answer
      }
      try await outwait(kept)
      player.note(mismatch)
      throw CloudError(kind: .validation, message: mismatch.message, hint: mismatch.hint, delivery: .notSent)
    case .exchange(let exchange, let repeats):
      let due = repeats > 0 ? player.elapsed + exchange.took + player.pause(repeats) : exchange.answeredAt
      try await sleep(until: due, kept)
      return try answer(exchange)
    }
  }

  /// Lets time pass before a request turns out to be unknown, so that one which is made without end does not stop the clock.
  ///
  /// A run that was stopped may have waited for an answer just then, which would have come later.
  private func outwait(_ request: RecordedRequest) async throws {
    let pause = player.pause(4)
    guard player.isOpenEnded, request.mayRepeat else { return try await sleep(until: player.elapsed + pause, request) }
    try await sleep(until: max(player.elapsed, player.end) + .seconds(3600), request)
  }

  private func sleep(until due: Duration, _ request: RecordedRequest) async throws {
    do {
      try await player.time.sleep(for: max(.zero, due - player.elapsed))
    } catch {
      throw CloudError(
        kind: .cancelled, message: "The request to \(URLParts(request.url).host) was cancelled.", delivery: .ambiguous)
    }
  }

  private func answer(_ exchange: RecordedExchange) throws -> HTTPResponse {
    switch exchange.outcome {
    case .failure(let error): throw error
    case .answer(let answer):
      guard let response = answer.response else {
        throw CloudError(
          kind: .validation,
          message: "The answer to \(exchange.request.shown) was too large to be kept in the cassette.",
          hint: "line \(exchange.line) has its length only", delivery: .answered)
      }
      return response
    }
  }
}
