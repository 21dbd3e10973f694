import CloudAccess
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Cassette

@Suite("Recording and replaying exchanges")
struct ReplayTests {
  /// Answers what it is told to.
  private final class Canned: HTTPTransport {
    private let answers: Mutex<[Result<HTTPResponse, CloudError>]>
    init(_ answers: [Result<HTTPResponse, CloudError>]) { self.answers = Mutex(answers) }

    func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
      if let stream = request.stream { while try await stream.next() != nil {} }
      return try answers.withLock { $0.removeFirst() }.get()
    }
  }

  private func withTape(
    _ answers: [Result<HTTPResponse, CloudError>],
    record: (any HTTPTransport, CassetteRecorder) async throws -> Void,
    replay: (any HTTPTransport, CassettePlayer, VirtualTime) async throws -> Void
  ) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tape-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let header = CassetteHeader(program: "p", startedAt: Date(), traceID: "t", spanID: "s")
    let recorder = try CassetteRecorder(path: path, header: header, time: SystemTime(), scrubber: SecretScrubber())
    try await record(recorder.transport(Canned(answers), .cloud), recorder)
    recorder.end(exitStatus: 0, isInterrupted: false)
    let time = VirtualTime()
    let player = CassettePlayer(
      try CassetteContent(path: path), path: path, time: time, scrubber: SecretScrubber())
    try await replay(player.transport(.cloud), player, time)
  }

  private func get(_ url: String) -> HTTPRequest { HTTPRequest(method: "GET", url: url) }

  private func send(
    _ request: HTTPRequest, _ transport: any HTTPTransport, holding time: (any TimeSource)? = nil
  ) async throws -> HTTPResponse {
    time?.hold()
    defer { time?.release() }
    return try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
  }

  private static func ok(_ text: String) -> Result<HTTPResponse, CloudError> {
    .success(HTTPResponse(status: 200, body: Array(text.utf8)))
  }

  @Test("Answers of one question come in their order, and the last one again and again")
  func polls() async throws {
    try await withTape([Self.ok("one"), Self.ok("two")]) { transport, _ in
      for _ in 0..<2 { _ = try await send(get("http://h/jobs/1"), transport) }
    } replay: { transport, player, time in
      var texts: [String] = []
      for _ in 0..<4 {
        texts.append(
          String(decoding: try await send(get("http://h/jobs/1"), transport, holding: time).body, as: UTF8.self))
      }
      #expect(texts == ["one", "two", "two", "two"])
      #expect(player.mismatches.isEmpty)
      #expect(player.unused.isEmpty)
    }
  }

  @Test("A submission that comes more often than recorded is unknown, and says how often it was sent")
  func submissions() async throws {
    var post = HTTPRequest(method: "POST", url: "http://h/import")
    post.body = Array(#"{"name":"a","tags":["slipway.01HM9ABCDEFGHJKMNPQRSTVWXY"]}"#.utf8)
    let (first, second) = (post, post)
    try await withTape([Self.ok("{}")]) { transport, _ in
      _ = try await send(first, transport)
    } replay: { transport, player, time in
      _ = try await send(second, transport, holding: time)
      let error = await #expect(throws: CloudError.self) { try await send(second, transport, holding: time) }
      #expect(error?.delivery == .notSent)
      #expect(error?.message.contains("it was sent once in the recorded run") == true)
      #expect(player.mismatches.count == 1)
    }
  }

  @Test("A submission that was refused is refused again, however often it comes")
  func refusals() async throws {
    let refused = HTTPResponse(status: 400, body: Array(#"{"error":{"code":"IMG.0015"}}"#.utf8))
    let post = HTTPRequest(method: "POST", url: "http://h/import")
    try await withTape([.success(refused)]) { transport, _ in
      _ = try await send(post, transport)
    } replay: { transport, player, time in
      for _ in 0..<3 {
        let answer = try await send(post, transport, holding: time)
        #expect(answer.status == 400)
      }
      #expect(player.mismatches.isEmpty)
    }
  }

  @Test("A failure comes back as it was, with what is known of its delivery")
  func failures() async throws {
    let lost = CloudError(
      kind: .network, message: "The connection to h broke.", hint: "look", retryable: true, delivery: .ambiguous,
      cause: "reset")
    try await withTape([.failure(lost)]) { transport, _ in
      await #expect(throws: lost) { try await send(get("http://h/x"), transport) }
    } replay: { transport, _, time in
      await #expect(throws: lost) { try await send(get("http://h/x"), transport, holding: time) }
    }
  }

  @Test("A request that is not on the cassette names the nearest one and what differs")
  func unknown() async throws {
    func post(_ name: String, _ disk: Int) -> HTTPRequest {
      var request = HTTPRequest(method: "POST", url: "http://h/import")
      request.body = Array(#"{"name":"\#(name)","min_disk":\#(disk)}"#.utf8)
      return request
    }
    try await withTape([Self.ok("{}"), Self.ok("{}")]) { transport, _ in
      _ = try await send(get("http://h/quota"), transport)
      _ = try await send(post("web01", 40), transport)
    } replay: { transport, player, time in
      let error = await #expect(throws: CloudError.self) {
        try await send(post("web01", 80), transport, holding: time)
      }
      #expect(error?.message == "The cassette has no answer to POST http://h/import.")
      #expect(
        error?.hint
          == "the nearest recorded request is POST http://h/import in line 3: the body's min_disk was 40, now is 80")
      #expect(player.unused.map(\.line) == [2, 3])
    }
  }

  @Test("A streamed body is compared by its length and kept as length and hash; the replay takes all of it")
  func streams() async throws {
    func upload(_ size: Int) -> HTTPRequest {
      let left = Box(size)
      var request = HTTPRequest(method: "PUT", url: "http://b/k")
      request.stream = HTTPBodyStream(length: UInt64(size)) {
        guard let count = left.take() else { return nil }
        return ByteBuffer(repeating: 7, count: count)
      }
      return request
    }
    try await withTape([Self.ok("")]) { transport, recorder in
      _ = try await send(upload(2500), transport)
      let text = try String(contentsOfFile: recorder.path, encoding: .utf8)
      #expect(text.contains(#""length":2500,"sha256":"\#(Fingerprint.sha256([UInt8](repeating: 7, count: 2500)))""#))
    } replay: { transport, _, time in
      let answer = try await send(upload(2500), transport, holding: time)
      #expect(answer.status == 200)
      await #expect(throws: CloudError.self) { try await send(upload(2501), transport, holding: time) }
    }
  }

  private final class Box: Sendable {
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }
    /// At most 1000 of what is left.
    func take() -> Int? {
      left.withLock { left in
        guard left > 0 else { return nil }
        defer { left -= min(left, 1000) }
        return min(left, 1000)
      }
    }
  }

  @Test("No answer comes before its moment, and waiting for it takes no time")
  func moments() async throws {
    let slow =
      CassetteContentTests.header + "\n"
      + CassetteContentTests.exchange.replacing("\"at\":1,", with: "\"at\":10800,") + "\n"
    let time = VirtualTime()
    let player = CassettePlayer(
      try CassetteContent(Array(slow.utf8), name: "c"), path: "c", time: time, scrubber: SecretScrubber())
    let begin = ContinuousClock.now
    _ = try await send(get("http://h/x"), player.transport(.cloud), holding: time)
    #expect(time.monotonic == .seconds(10800.5))
    #expect(ContinuousClock.now - begin < .seconds(3600))
  }

  @Test("A file that exists is not recorded over, and a new one is its owner's alone")
  func files() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tape-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try CassetteWriter(path: path)
    let error = #expect(throws: CassetteError.self) { try CassetteWriter(path: path) }
    #expect(error?.message.contains("exists already") == true)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    writer.close()
    #expect(throws: CassetteError.self) { try CassetteWriter(path: path + "/x.jsonl") }
  }
}
