import CloudAccess
import Foundation
import ImageImport
import LuaHost
import Synchronization
import TestSupport
import Testing

@testable import PluginHost

@Suite("The plugin webhook_notify, against a real server")
struct WebhookPluginTests {
  /// Sleeps no longer than a moment, and keeps what it was asked for.
  private final class QuickClock: LuaClock {
    private let shift = Mutex(Duration.zero)
    private let began = ContinuousClock.now
    var now: Duration { began.duration(to: .now) + shift.withLock { $0 } }

    func sleep(until deadline: Duration) async throws {
      let left = deadline - now
      guard left > .zero else { return }
      shift.withLock { $0 += left }
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  private static let job = JobReference(id: "job1", imageName: "web <01> & \"co\"", request: soundRequest)

  private static var events: [ImportEvent] {
    let status = JobStatus(json: ["job_id": "job1", "status": "SUCCESS", "progress": .number(1)])
    return [
      .submitted(job),
      .succeeded(ImportResult(imageID: "image1", imageName: job.imageName ?? "", job: status, reference: job)),
      .failed(
        ImportError(
          kind: .job_failed, message: "The import of \"web\" failed: <b>disk</b> & more\nline two", code: "IMG.0057",
          hint: "look at it", job: JobReference(id: "job2", imageName: "web02", request: soundRequest))),
    ]
  }

  /// Lets the plugin tell a server about some events; gives back what it was sent and what the user was told.
  private func tell(
    _ settings: String, events: [ImportEvent] = Self.events, path: String = "/hook/s3cr3t",
    within limit: Duration = .seconds(10), answer: @escaping TinyServer.Handler = { _ in TinyServer.answer("200 OK") }
  ) async throws -> (requests: [TinyServer.Request], told: [String]) {
    let server = try TinyServer(answer)
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)\(path)"
    return try await withBench(environment: ["HOOK": url, "TOKEN": "hunter2"]) { bench in
      let world = PluginWorld(
        context: bench.context, clock: QuickClock(),
        report: { notice in bench.notices.withLock { $0.append(notice) } },
        output: { name, bytes in bench.printed.withLock { $0 += "\(name): " + String(decoding: bytes, as: UTF8.self) } }
      )
      let host = try await bench.bundled(
        "webhook_notify", "grant: ['net:127.0.0.1:\(server.port)']\nconfig: { url: { env: HOOK }, \(settings) }",
        world: world)
      for event in events { host.emit(event) }
      await host.finish(within: limit)
      let told = bench.notices.withLock { $0.map { "\($0.message) \($0.hint ?? "")" } }
      let all = (told + [bench.printed.withLock { $0 }]).joined(separator: "\n")
      #expect(!all.contains("s3cr3t") && !all.contains("hunter2"), "\(all)")
      return (server.requests, told)
    }
  }

  private func body(_ request: TinyServer.Request) throws -> JSONValue {
    try JSONValue(parsing: Array(request.body.utf8))
  }

  private static let all = "events: [submitted, succeeded, failed, run_finished]"

  @Test("As JSON, every event has its name, its source and all fields; the token stands in the header alone")
  func json() async throws {
    let (requests, told) = try await tell("\(Self.all), source: nightly, token: { env: TOKEN }")
    #expect(told.isEmpty && requests.count == 4, "\(told)")
    var byName: [String: JSONValue] = [:]
    for request in requests {
      #expect(request.line == "POST /hook/s3cr3t HTTP/1.1")
      #expect(request.headers["authorization"] == "Bearer hunter2")
      #expect(request.headers["content-type"] == "application/json" && !request.body.contains("hunter2"))
      let body = try body(request)
      #expect(body["source"]?.stringValue == "nightly")
      byName[try #require(body["event"]?.stringValue)] = body["data"]
    }
    #expect(byName["submitted"]?["job_id"]?.stringValue == "job1")
    #expect(byName["submitted"]?["image_name"]?.stringValue == "web <01> & \"co\"")
    #expect(byName["succeeded"]?["image_id"]?.stringValue == "image1")
    #expect(
      byName["failed"]?["code"]?.stringValue == "IMG.0057" && byName["failed"]?["hint"]?.stringValue == "look at it")
    let summary = try #require(byName["run_finished"])
    #expect(summary["count"] == .integer(2) && summary["failed"] == .integer(1))
  }

  @Test("What cannot be delivered before the observers' time is over is given up in time, and that is told")
  func outOfTime() async throws {
    let (requests, told) = try await tell(
      "attempts: 5, timeout: 15s, events: [run_finished]", events: [Self.events[2]], within: .seconds(2)
    ) { _ in TinyServer.answer("503 Service Unavailable") }
    #expect((1...2).contains(requests.count), "\(requests.count)")
    #expect(
      told.contains { $0.contains("it answered 503; the time for more attempts was over") }, "\(told)")
  }

  @Test("An event of an import that cannot be delivered when the run ends is told as lost, too")
  func eventOutOfTime() async throws {
    let (_, told) = try await tell("attempts: 5, timeout: 15s, events: [failed]", within: .seconds(2)) { _ in
      TinyServer.answer("503 Service Unavailable")
    }
    #expect(told.contains { $0.contains("the web hook did not take the message: it answered 503") }, "\(told)")
  }

  @Test("For Slack the text is a message whose markup is escaped, with a colour and fields")
  func slack() async throws {
    let (requests, told) = try await tell("format: slack, \(Self.all), source: 'night <ly>'")
    #expect(told.isEmpty && requests.count == 4)
    let bodies = try requests.map(body)
    let texts = bodies.compactMap { $0["text"]?.stringValue }
    #expect(texts.contains("night &lt;ly&gt;: web &lt;01&gt; &amp; \"co\": import started"), "\(texts)")
    #expect(
      texts.contains("night &lt;ly&gt;: web02: import failed")
        && texts.contains { $0.hasSuffix("1 of 2 images imported, 1 failed") })
    let failed = try #require(bodies.first { $0["text"]?.stringValue?.hasSuffix("web02: import failed") == true })
    let attachment = try #require(failed["attachments"]?.arrayValue?.first)
    #expect(attachment["color"]?.stringValue == "#c62828" && attachment["fallback"]?.stringValue?.isEmpty == false)
    let fields = try #require(attachment["fields"]?.arrayValue)
    let reason = fields.first { $0["title"]?.stringValue == "Reason" }?["value"]?.stringValue
    #expect(reason?.contains("&lt;b&gt;disk&lt;/b&gt; &amp; more") == true, "\(reason ?? "")")
    #expect(fields.contains { $0["title"]?.stringValue == "What to do" && $0["value"]?.stringValue == "look at it" })
    #expect(!requests.contains { $0.body.contains("<") })
  }

  @Test("For Teams it is an adaptive card with facts")
  func teams() async throws {
    let (requests, told) = try await tell("format: teams, events: [failed], source: nightly")
    #expect(told.isEmpty && requests.count == 1)
    let attachment = try #require(try body(requests[0])["attachments"]?.arrayValue?.first)
    #expect(attachment["contentType"]?.stringValue == "application/vnd.microsoft.card.adaptive")
    let card = try #require(attachment["content"])
    #expect(card["type"]?.stringValue == "AdaptiveCard" && card["version"]?.stringValue == "1.4")
    let parts = try #require(card["body"]?.arrayValue)
    #expect(parts[0]["text"]?.stringValue == "web02: import failed" && parts[0]["color"]?.stringValue == "Attention")
    #expect(parts[1]["text"]?.stringValue == "nightly")
    let facts = try #require(parts[2]["facts"]?.arrayValue)
    #expect(facts.contains { $0["title"]?.stringValue == "Code" && $0["value"]?.stringValue == "IMG.0057" })
  }

  @Test(
    "What passes is tried again, as often as it was said; what does not, is not",
    .timeLimit(.minutes(1)),
    arguments: [
      ([503, 200], "", 2, nil), ([429, 408, 200], "", 3, nil), ([500, 500, 500, 200], "", 3, "it answered 500"),
      ([400, 200], "", 1, "it answered 400"), ([404], "", 1, "it answered 404"),
      ([502, 200], "attempts: 1,", 1, "it answered 502"),
      ([0, 200], "", 2, nil),
      ([0, 0, 0, 200], "", 3, "no answer came from the server that a secret names"),
    ] as [([Int], String, Int, String?)])
  func retries(statuses: [Int], settings: String, count: Int, warning: String?) async throws {
    let left = Mutex(statuses)
    let (requests, told) = try await tell(
      "\(settings) events: [failed], token: { env: TOKEN }", events: [Self.events[2]]
    ) { _ in
      let status = left.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
      return status == 0 ? nil : TinyServer.answer("\(status) s3cr3t hunter2", body: "s3cr3t hunter2")
    }
    #expect(requests.count == count)
    #expect(Set(requests.map(\.body)).count == 1)
    if let warning {
      #expect(told.count == 1 && told[0].contains("did not take the message: \(warning)"), "\(told)")
    } else {
      #expect(told.isEmpty, "\(told)")
    }
  }

  @Test("Only what is wanted is told, and nothing about a run without imports")
  func wanted() async throws {
    let one = try await tell("events: [succeeded]")
    let none = try await tell("format: slack", events: [])
    #expect(one.requests.count == 1 && none.requests.isEmpty)
    let standard = try await tell("format: json")
    let names = try standard.requests.map { try body($0)["event"]?.stringValue }
    #expect(names == ["failed", "run_finished"])
  }

  @Test("Without the grant it is told once what would allow it, without the secret")
  func ungranted() async throws {
    try await withBench(environment: ["HOOK": "http://127.0.0.1:9/s3cr3t"]) { bench in
      let host = try await bench.bundled("webhook_notify", "config: { url: { env: HOOK } }")
      for event in Self.events { host.emit(event) }
      await host.finish()
      let notices = bench.notices.withLock { $0 }
      #expect(notices.contains { $0.kind == .denied })
      #expect(!"\(notices)".contains("s3cr3t"), "\(notices)")
    }
  }

  @Test("Hundreds of failures in one run make a message of bounded size for people")
  func bounded() async throws {
    let events = (1...300).map { index in
      ImportEvent.failed(
        ImportError(
          kind: .job_failed, message: String(repeating: "long ", count: 200),
          job: JobReference(id: "j\(index)", imageName: "web\(index)", request: soundRequest)))
    }
    for format in ["slack", "teams"] {
      let (requests, _) = try await tell("format: \(format), events: [run_finished]", events: events)
      #expect(requests.count == 1)
      #expect(requests[0].body.utf8.count < 4000 && requests[0].body.contains("and 290 more"))
    }
  }
}
