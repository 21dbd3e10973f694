import CloudAccess
import Foundation
import ObjectStorage
import Synchronization
import Testing

@testable import ImageImport

/// Preflight on the way of a submission: when it runs, and what it leaves behind.
@Suite("Preflight before sending")
struct PreflightSubmitTests {
  /// Object storage of which a test says what it holds; it counts the questions.
  final class Shelf: HTTPTransport {
    let objects: Mutex<Set<String>>
    let requests = Mutex<[String]>([])
    let size = Mutex(1 << 20)
    private let fails: Bool

    init(_ objects: Set<String>, fails: Bool = false) {
      self.objects = Mutex(objects)
      self.fails = fails
    }

    func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
      let path = URLComponents(string: request.url)?.path ?? ""
      requests.withLock { $0.append("\(request.method) \(path)") }
      if fails { throw CloudError(kind: .network, message: "No connection to obs.test.") }
      let parts = path.split(separator: "/").map(String.init)
      if parts.count == 1 {
        return HTTPResponse(status: 200, headers: [("x-obs-bucket-location", "eu-de")], body: [])
      }
      guard objects.withLock({ $0.contains(path) }) else { return HTTPResponse(status: 404, body: []) }
      let size = size.withLock { $0 }
      if request.method == "HEAD" {
        return HTTPResponse(
          status: 200, headers: [("Content-Length", String(size)), ("ETag", "\"e\"")], body: [])
      }
      let range = (request.headers.first { $0.name == "Range" }?.value.dropFirst(6).split(separator: "-") ?? [])
        .compactMap { Int($0) }
      let end = min(range[1] + 1, size)
      return HTTPResponse(
        status: 206, headers: [("Content-Range", "bytes \(range[0])-\(end - 1)/\(size)")],
        body: [UInt8](repeating: 0, count: end - range[0]))
    }
  }

  private static let raw = Samples.system.with(["image_url": "ims-image:web01.raw"])
  private static let both: Set<String> = ["/ims-image/web01.raw", "/ims-image/web01.mf"]

  private func service(_ cloud: RecordingCloud, _ shelf: Shelf) -> ImportService {
    let client = cloud.test.client
    let rules = RuleSet(dialect: .otc)
    return ImportService(
      client: client, rules: rules, submitter: cloud.submitter,
      scheduler: JobScheduler(client: client, events: cloud.events, random: { 0.5 }),
      preflight: Preflight(
        client: client, rules: rules,
        openStore: {
          ObjectStore(
            endpoint: "https://obs.test", region: "eu-de", key: AccessKey(access: "a", secret: Secret("s")),
            pathStyle: true, transport: shelf, time: client.time, schedule: RetrySchedule(attempts: 1))
        }), events: cloud.events)
  }

  private func submit(
    _ service: ImportService, _ options: SubmitOptions = SubmitOptions()
  ) async -> Result<JobReference, any Error> {
    do { return .success(try await service.submit(Self.raw, options: options)) } catch { return .failure(error) }
  }

  /// Without the quota, which this cloud does not have.
  private var choices: SubmitOptions {
    var options = SubmitOptions()
    options.preflight = PreflightOptions(skipping: ["quota", "project"])
    return options
  }

  private func report(_ cloud: RecordingCloud) -> ValidationReport? {
    cloud.events.events.compactMap { event in
      if case .preflighted(_, let report) = event { report } else { nil }
    }.last
  }

  @Test("sends what it has nothing against")
  func good() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf(Self.both)
    let job = try await submit(service(cloud, shelf), choices).get()
    #expect(job.origin == .submitted && cloud.posts == 1)
    #expect(report(cloud)?.findings == [], "\(String(describing: report(cloud)))")
    #expect(cloud.events.names.prefix(3) == ["validated", "preflighted", "submitted"])
    let heads = shelf.requests.withLock { $0.filter { $0.hasPrefix("HEAD") } }
    #expect(heads.sorted() == ["HEAD /ims-image", "HEAD /ims-image/web01.mf", "HEAD /ims-image/web01.raw"])
  }

  @Test("refuses before anything is sent; the record has failed, and the next run begins a new one")
  func refused() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf(["/ims-image/web01.raw"])
    let service = service(cloud, shelf)
    let error = await #expect(throws: ImportError.self) { try await submit(service, choices).get() }
    #expect(
      error?.kind == .preflight && error?.code == "IMG.0158" && error?.report?.errors.map(\.check) == ["bitmap_file"])
    #expect(error?.request == Self.raw && error?.retryable == false && error?.isAmbiguous == false)
    let record = try #require(await cloud.records().first)
    #expect(record.state == .failed && record.attempts == 0 && record.id == error?.recordID)
    #expect(record.progress.reason?.hasPrefix("not sent, preflight refused: ") == true)
    #expect(cloud.posts == 0 && cloud.events.names == ["validated", "preflighted", "failed"])
    shelf.objects.withLock { _ = $0.insert("/ims-image/web01.mf") }
    await cloud.test.time.advance(by: .seconds(3))
    let job = try await submit(service, choices).get()
    #expect(job.recordID != record.id && cloud.posts == 1)
  }

  @Test("an import under way or done before is not preflighted: its file may be gone")
  func again() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf(Self.both)
    let service = service(cloud, shelf)
    let job = try await submit(service, choices).get()
    shelf.objects.withLock { $0 = [] }
    let asked = shelf.requests.withLock { $0.count }
    #expect(try await submit(service, choices).get().origin == .attached)
    cloud.finishAll()
    _ = try await cloud.test.run(for: .seconds(1000)) { try await service.wait(for: job) }
    let reused = try await submit(service, choices).get()
    #expect(reused.origin == .reused && cloud.posts == 1)
    #expect(shelf.requests.withLock { $0.count } == asked)
    #expect(cloud.events.names.filter { $0 == "preflighted" }.count == 1)
  }

  @Test("an answer that got lost is looked for without preflight")
  func lost() async throws {
    let cloud = RecordingCloud(.loseAfter)
    let shelf = Shelf(Self.both)
    let service = service(cloud, shelf)
    let choices = choices
    let job = try await cloud.test.run(for: .seconds(1000)) {
      try await service.submit(Self.raw, options: choices)
    }
    #expect(job.origin == .adopted && cloud.posts == 1)
    #expect(cloud.events.names.filter { $0 == "preflighted" }.count == 1)
  }

  @Test("what a run left before it sent anything is preflighted by the one that goes on with it")
  func takenOver() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf([])
    let service = service(cloud, shelf)
    let scope = ImportScope(
      profile: cloud.test.client.session.profile, projectID: try await cloud.test.client.session.projectID())
    let draft = cloud.submitter.drafts.draft(Self.raw, scope, key: "k", SubmitOptions(key: "k"))
    _ = try await cloud.store.claim(draft, reusing: true, refuted: [])
    await cloud.store.release(draft.id)
    var options = choices
    options.key = "k"
    let error = await #expect(throws: ImportError.self) { try await submit(service, options).get() }
    #expect(error?.kind == .preflight && error?.recordID == draft.id && cloud.posts == 0)
    // The same by its record.
    let other = cloud.submitter.drafts.draft(Self.raw, scope, key: "o", SubmitOptions(key: "o"))
    _ = try await cloud.store.claim(other, reusing: true, refuted: [])
    await cloud.store.release(other.id)
    let resumed = await #expect(throws: ImportError.self) { try await service.resume(other.id, options: options) }
    #expect(resumed?.kind == .preflight && cloud.posts == 0)
  }

  @Test("is left out where it is switched off, and refuses nothing where the caller insists")
  func switchedOff() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf([])
    let service = service(cloud, shelf)
    var options = SubmitOptions()
    options.preflight = .off
    #expect(try await submit(service, options).get().origin == .submitted)
    #expect(shelf.requests.withLock { $0.isEmpty } && !cloud.events.names.contains("preflighted"))
    let insisting = RecordingCloud()
    let job = try await self.service(insisting, shelf).submit(Self.raw, options: choices, evenIfInvalid: true)
    #expect(job.origin == .submitted && report(insisting)?.isValid == false)
  }

  @Test("a network that is down is a warning for all that it hides")
  func down() async throws {
    let cloud = RecordingCloud()
    let job = try await submit(service(cloud, Shelf([], fails: true)), choices).get()
    #expect(job.origin == .submitted)
    let findings = try #require(report(cloud)).findings
    #expect(findings.count == 1 && findings[0].severity == .warning && findings[0].check == "bucket")
    #expect(findings[0].message.contains("min_disk") && findings[0].message.hasSuffix("No connection to obs.test."))
  }

  @Test("what did not answer is not asked again by the next imports, for a minute")
  func silence() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf([], fails: true)
    let service = service(cloud, shelf)
    for index in 0..<5 {
      _ = try await service.submit(Self.raw.with(["name": .string("web\(index)")]), options: choices)
    }
    let asked = shelf.requests.withLock { $0.count }
    #expect(asked == 3, "HEAD of bucket, object and bitmap, once")
    #expect(report(cloud)?.findings.count == 1)
    #expect(report(cloud)?.findings.first?.message.contains("a moment ago") == true)
    await cloud.test.time.advance(by: .seconds(61))
    _ = try await service.submit(Self.raw, options: choices)
    #expect(shelf.requests.withLock { $0.count } == 6)
  }

  @Test("an error never rests on an old answer: it is asked for again first")
  func mended() async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf(Self.both)
    let service = service(cloud, shelf)
    let small = Self.raw.with(["min_disk": 1])
    #expect(try await service.preflight(small, options: choices.preflight).isValid)
    // The file is found larger later; what is remembered says that it fits.
    shelf.size.withLock { $0 = (1 << 30) + 512 }
    #expect(try await service.preflight(small, options: choices.preflight).isValid)
    service.preflight?.objectWasUploaded(bucket: "ims-image", key: "web01.raw")
    #expect(try await service.preflight(small, options: choices.preflight).errors.map(\.check) == ["min_disk"])
    // It is mended; after a moment nobody believes the old answer any more.
    shelf.size.withLock { $0 = 1 << 20 }
    await cloud.test.time.advance(by: .seconds(3))
    #expect(try await service.preflight(small, options: choices.preflight).isValid)
  }

  @Test(
    "a bucket that would name another host is not asked for",
    arguments: ["evil.example/x:a.zvhd2", "evil.example?:a.zvhd2", "a@evil.example:a.zvhd2", "x#:a.zvhd2", "A:a.zvhd2"])
  func hostile(url: String) async throws {
    let cloud = RecordingCloud()
    let shelf = Shelf(Self.both)
    let request = Samples.system.with(["image_url": .string(url)])
    let report = try await service(cloud, shelf).preflight(request, options: choices.preflight)
    #expect(report.isValid && report.findings.map(\.check) == ["bucket"], "\(report.findings)")
    #expect(shelf.requests.withLock { $0.isEmpty })
  }

  @Test("a cancelled preflight leaves a record that the next run goes on with", .timeLimit(.minutes(1)))
  func cancelled() async throws {
    let cloud = RecordingCloud()
    let client = cloud.test.client
    let submitter = cloud.submitter
    var options = SubmitOptions()
    options.beforeSending = { _ in try await client.time.sleep(for: .seconds(1000)) }
    let waiting = options
    let task = Task { try await submitter.submit(Self.raw, options: waiting) }
    await cloud.test.time.waitForSleepers()
    task.cancel()
    let error = await #expect(throws: ImportError.self) { try await task.value }
    #expect(error?.kind == .cancelled && cloud.posts == 0)
    #expect(await cloud.records().map(\.state) == [.intent])
    let job = try await submitter.submit(Self.raw, options: SubmitOptions())
    #expect(job.origin == .submitted && cloud.posts == 1)
    #expect(await cloud.records().count == 1)
  }

  @Test("a run that waits for another's preflight does its own when that refuses", .timeLimit(.minutes(1)))
  func followers() async throws {
    let cloud = RecordingCloud()
    let client = cloud.test.client
    let submitter = cloud.submitter
    var options = SubmitOptions()
    options.beforeSending = { request in
      try await client.time.sleep(for: .seconds(7))
      throw ImportError(kind: .preflight, message: "no", request: request)
    }
    let refusing = options
    let first = Task { try await submitter.submit(Self.raw, options: refusing) }
    await cloud.test.time.waitForSleepers()
    let second = Task { try await submitter.submit(Self.raw, options: SubmitOptions()) }
    await cloud.test.time.waitForSleepers(2)
    let both = Task { (await first.result, await second.result) }
    for _ in 0..<20 { await cloud.test.time.advance(by: .seconds(1)) }
    let (refused, sent) = await both.value
    #expect(throws: ImportError.self) { try refused.get() }
    #expect(try sent.get().origin == .submitted)
    #expect(cloud.posts == 1)
  }
}
