import CloudAccess
import NIOCore
import Synchronization
import Testing

@Suite("Bodies that are made while they are sent")
struct StreamedBodyTests {
  private let short = HTTPTimeouts(connect: .seconds(2), headers: .milliseconds(200), body: .milliseconds(200))

  private final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
  }

  @Test("A body is made while it is sent, and its maker is asked only as fast as the network takes it")
  func streamedBody() async throws {
    let server = try await ScriptedServer.start { request, _ in .answer(200, [], Array("\(request.body.count)".utf8)) }
    let transport = AsyncHTTPTransport()
    var request = HTTPRequest(method: "PUT", url: server.url)
    let made = Counter()
    request.stream = HTTPBodyStream(length: 10 << 20) {
      made.next() < 10 ? ByteBuffer(repeating: 7, count: 1 << 20) : nil
    }
    let response = try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 100)
    #expect(response.body == Array("\(10 << 20)".utf8))
    #expect(server.received[0].header("content-length") == "\(10 << 20)")
    await transport.shutdown()
    await server.stop()
  }

  @Test("An answer that comes before the body is sent is the answer, and the rest of the body is not sent")
  func earlyAnswer() async throws {
    let server = try await ScriptedServer.start(early: 503) { _, _ in .answer(200, [], []) }
    let transport = AsyncHTTPTransport()
    var request = HTTPRequest(method: "PUT", url: server.url)
    let made = Counter()
    request.stream = HTTPBodyStream(length: 1 << 40) {
      _ = made.next()
      return ByteBuffer(repeating: 7, count: 1 << 20)
    }
    let response = try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 100)
    #expect(response.status == 503)
    #expect(made.value < 100_000)
    await transport.shutdown()
    await server.stop()
  }

  @Test("What the maker of a body throws comes back as it is; too few bytes are a failure")
  func failingMaker() async throws {
    struct Broken: Error {}
    let server = try await ScriptedServer.start { _, _ in .answer(200, [], []) }
    let transport = AsyncHTTPTransport()
    var request = HTTPRequest(method: "PUT", url: server.url)
    request.stream = HTTPBodyStream(length: 100) { throw Broken() }
    await #expect(throws: Broken.self) {
      try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 100)
    }
    let made = Counter()
    request.stream = HTTPBodyStream(length: 100) { made.next() == 0 ? ByteBuffer(repeating: 7, count: 99) : nil }
    await #expect(throws: CloudError.self) {
      try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 100)
    }
    await transport.shutdown()
    await server.stop()
  }

  @Test("A server that takes nothing is given up; a maker that takes its time is not")
  func stalledStream() async throws {
    let server = try await ScriptedServer.start { request, _ in
      request.path == "/silent" ? .silence : .answer(200, [], [])
    }
    let transport = AsyncHTTPTransport()
    var request = HTTPRequest(method: "PUT", url: server.url + "/silent")
    request.stream = HTTPBodyStream(length: 1) { [sent = Counter()] in sent.next() == 0 ? ByteBuffer(bytes: [1]) : nil }
    do {
      _ = try await transport.send(request, timeouts: short, bodyLimit: 100)
      Issue.record("answered")
    } catch let error as CloudError {
      #expect(error.kind == .timeout)
      #expect(error.retryable)
    }
    // The limit must be long enough for a busy machine; one pause of the maker is longer than that.
    var patient = short
    patient.headers = .seconds(2)
    request.url = server.url + "/slow"
    request.stream = HTTPBodyStream(length: 2) { [sent = Counter()] in
      let number = sent.next()
      if number == 0 { try await Task.sleep(for: .milliseconds(2500)) }
      return number < 2 ? ByteBuffer(bytes: [1]) : nil
    }
    #expect(try await transport.send(request, timeouts: patient, bodyLimit: 100).status == 200)
    await transport.shutdown()
    await server.stop()
  }

  @Test("A streamed body stops when its task is cancelled")
  func cancelledStream() async throws {
    let server = try await ScriptedServer.start { _, _ in .answer(200, [], []) }
    let transport = AsyncHTTPTransport()
    let url = server.url
    let begun = Counter()
    let task = Task {
      var request = HTTPRequest(method: "PUT", url: url)
      request.stream = HTTPBodyStream(length: 1 << 40) {
        _ = begun.next()
        try await Task.sleep(for: .milliseconds(1))
        return ByteBuffer(repeating: 7, count: 1000)
      }
      return try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 100)
    }
    while begun.value < 3 { await Task.yield() }
    task.cancel()
    do {
      _ = try await task.value
      Issue.record("answered")
    } catch let error as CloudError {
      #expect(error.kind == .cancelled)
    }
    await transport.shutdown()
    await server.stop()
  }
}
