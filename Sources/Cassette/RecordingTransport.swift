import CloudAccess

/// Sends through another transport, and writes down what was sent and what came.
final class RecordingTransport: HTTPTransport {
  private let inner: any HTTPTransport
  private let channel: RecordedExchange.Channel
  private let recorder: CassetteRecorder

  init(_ inner: any HTTPTransport, _ channel: RecordedExchange.Channel, recorder: CassetteRecorder) {
    self.inner = inner
    self.channel = channel
    self.recorder = recorder
  }

  func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    let scrubber = recorder.scrubber
    scrubber.add(request)
    let begin = recorder.elapsed
    let digest = request.stream.map { StreamDigest($0) }
    var sent = request
    if let digest { sent.stream = digest.stream }
    let outcome: RecordedOutcome
    do {
      let response = try await inner.send(sent, timeouts: timeouts, bodyLimit: bodyLimit)
      scrubber.add(response)
      outcome = .answer(RecordedAnswer(response, isExact: channel == .web, scrubber))
      await recorder.takeTurn()
      write(request, digest, outcome, begin)
      return response
    } catch let error as CloudError {
      write(request, digest, .failure(error, scrubber), begin)
      throw error
    }
  }

  private func write(
    _ request: HTTPRequest, _ digest: StreamDigest?, _ outcome: RecordedOutcome, _ begin: Duration
  ) {
    let kept = RecordedRequest(request, streamed: digest?.body, isExact: channel == .web, recorder.scrubber)
    recorder.write(
      RecordedExchange(channel: channel, at: begin, took: recorder.elapsed - begin, request: kept, outcome: outcome))
  }
}
