import CloudAccess
import Foundation
import Synchronization
import Testing

@testable import ImageImport

@Suite("The scheduler", .timeLimit(.minutes(1)))
struct JobSchedulerTests {
  private func job(_ id: String = "j1", in cloud: TestCloud) -> JobReference {
    JobReference(id: id, imageName: "web01", submittedAt: cloud.time.now)
  }

  private func scheduler(_ cloud: TestCloud, events: EventLog = EventLog(), inFlight: Int = 16) -> JobScheduler {
    JobScheduler(client: cloud.client, events: events, maximumInFlight: inFlight, random: { 0.5 })
  }

  /// A cloud whose jobs run so long from now.
  private func cloud(running duration: Duration) -> TestCloud {
    let start = Mutex<Date?>(nil)
    let clock = Mutex<ManualTime?>(nil)
    let cloud = TestCloud { _, _ in
      let now = clock.withLock { $0?.now } ?? Date(timeIntervalSince1970: 0)
      let begin = start.withLock { $0 } ?? now
      return now.timeIntervalSince(begin) < duration.inSeconds
        ? .job("RUNNING") : .job("SUCCESS", ["entities": ["image_id": "i1"]])
    }
    clock.withLock { $0 = cloud.time }
    start.withLock { $0 = cloud.time.now }
    return cloud
  }

  @Test("waits ten hours in no time, asking once a minute")
  func longImport() async throws {
    let cloud = cloud(running: .seconds(36_000))
    let events = EventLog()
    let scheduler = scheduler(cloud, events: events)
    let reference = job(in: cloud)
    let result = try await cloud.run(for: .seconds(40_000)) {
      try await scheduler.wait(for: reference)
    }
    #expect(result.imageID == "i1" && result.reference == reference)
    #expect(result.waited >= .seconds(36_000) && result.waited <= .seconds(36_100))
    #expect((600...625).contains(cloud.transport.requests.count))
    #expect(events.names == ["progress", "succeeded"])
    #expect(await scheduler.jobCount == 0 && cloud.time.sleeperCount == 0)
  }

  @Test("asks once for a job two wait for, and both get its end")
  func sharing() async throws {
    let cloud = cloud(running: .seconds(100))
    let scheduler = scheduler(cloud)
    let reference = job(in: cloud)
    let counts = try await cloud.run(for: .seconds(300)) {
      async let first = scheduler.wait(for: reference)
      async let second = scheduler.wait(for: reference)
      return try await [first.imageID, second.imageID]
    }
    #expect(counts == ["i1", "i1"])
    let alone = self.cloud(running: .seconds(100))
    let other = self.scheduler(alone)
    let same = job(in: alone)
    _ = try await alone.run(for: .seconds(300)) { try await other.wait(for: same) }
    #expect(cloud.transport.requests.count == alone.transport.requests.count)
  }

  @Test("tells of progress, and a slow listener holds nothing up")
  func progress() async throws {
    let cloud = TestCloud { _, index in
      index < 3
        ? .job("RUNNING", ["entities": ["process_percent": .integer(Int64(index * 30))]])
        : .job("SUCCESS", ["entities": ["image_id": "i1"]])
    }
    let scheduler = scheduler(cloud)
    let reference = job(in: cloud)
    let seen = Mutex<[Double]>([])
    _ = try await cloud.run(for: .seconds(2000)) {
      try await scheduler.wait(for: reference) { status in
        try await cloud.time.sleep(for: .seconds(200))
        seen.withLock { $0.append(status.progress ?? -1) }
      }
    }
    #expect(seen.withLock { $0 } == [0, 0.3, 0.6, -1])
    #expect(cloud.transport.requests.count == 4)
  }

  @Test("ends a wait when its listener throws")
  func throwingListener() async {
    let cloud = cloud(running: .seconds(1000))
    let scheduler = scheduler(cloud)
    let reference = job(in: cloud)
    await #expect(throws: CocoaError.self) {
      try await cloud.run(for: .seconds(500)) {
        try await scheduler.wait(for: reference) { _ in throw CocoaError(.userCancelled) }
      }
    }
    #expect(await scheduler.jobCount == 0)
  }

  @Test("fails with everything the job says, and the remedy")
  func failure() async throws {
    let cloud = TestCloud { _, _ in
      .job(
        "FAIL",
        [
          "error_code": "IMG.0057", "fail_reason": "the file\nis empty",
          "entities": [
            "sub_jobs_result": [["status": "FAIL", "job_id": "s1", "fail_reason": "read 0 bytes", "error_code": "X.1"]]
          ],
        ])
    }
    let events = EventLog()
    let scheduler = scheduler(cloud, events: events)
    let reference = job(in: cloud)
    let error = await #expect(throws: ImportError.self) {
      try await cloud.run(for: .seconds(100)) { try await scheduler.wait(for: reference) }
    }
    #expect(error?.kind == .job_failed && error?.code == "IMG.0057" && error?.job == reference)
    #expect(error?.message.contains("the file is empty") == true && error?.message.contains("read 0 bytes") == true)
    #expect(error?.hint == ErrorCatalogue.entry("IMG.0057")?.action)
    #expect(error?.json["entities"]?["sub_jobs_result"]?[0]?["job_id"] == "s1")
    #expect(events.names == ["failed"])
  }

  @Test("goes through an outage of hours without losing a job")
  func outage() async throws {
    let cloud = TestCloud { _, index in
      if index < 60 { return HTTPResponse(status: 503, body: Array("<html>busy</html>".utf8)) }
      return .job("SUCCESS", ["entities": ["image_id": "i1"]])
    }
    let events = EventLog()
    let scheduler = scheduler(cloud, events: events)
    let reference = job(in: cloud)
    let result = try await cloud.run(for: .seconds(40_000)) {
      try await scheduler.wait(for: reference)
    }
    #expect(result.imageID == "i1" && result.waited > .seconds(10_000))
    // Told as it lasts twice as long each time, not for every question.
    let told = events.names.count { $0 == "degraded" }
    #expect((3...15).contains(told), "\(events.names)")
    #expect(events.names.contains("recovered"))
    #expect(result.waited < .seconds(20_000))
  }

  @Test("detaches at the time limit, and the job can be waited for again")
  func timeLimit() async throws {
    let cloud = cloud(running: .seconds(1000))
    let events = EventLog()
    let scheduler = scheduler(cloud, events: events)
    let reference = job(in: cloud)
    let error = await #expect(throws: ImportError.self) {
      try await cloud.run(for: .seconds(900)) { try await scheduler.wait(for: reference, timeout: .seconds(600)) }
    }
    #expect(error?.kind == .timeout && error?.job == reference && error?.jobStatus?.state == .running)
    #expect(events.names.last == "detached")
    #expect(await scheduler.jobCount == 0 && cloud.time.sleeperCount == 0)
    let again = try #require(error?.job)
    let result = try await cloud.run(for: .seconds(2000)) { try await scheduler.wait(for: again) }
    #expect(result.imageID == "i1")
  }

  @Test("forgets a job whose only waiter was cancelled")
  func cancellation() async throws {
    let cloud = cloud(running: .seconds(1000))
    let scheduler = scheduler(cloud)
    let reference = job(in: cloud)
    let task = Task { try await scheduler.wait(for: reference) }
    await cloud.time.waitForSleepers()
    #expect(await scheduler.jobCount == 1)
    task.cancel()
    let error = await #expect(throws: ImportError.self) { try await task.value }
    #expect(error?.kind == .cancelled && error?.job == reference)
    #expect(await scheduler.jobCount == 0)
    let before = cloud.transport.requests.count
    await cloud.time.advance(by: .seconds(500))
    #expect(cloud.transport.requests.count == before)
  }

  @Test("goes on for one waiter when another is cancelled")
  func otherWaiter() async throws {
    let cloud = cloud(running: .seconds(100))
    let scheduler = scheduler(cloud)
    let reference = job(in: cloud)
    let cancelled = Task { try await scheduler.wait(for: reference) }
    await cloud.time.waitForSleepers()
    let result = try await cloud.run(for: .seconds(300)) {
      cancelled.cancel()
      return try await scheduler.wait(for: reference)
    }
    #expect(result.imageID == "i1")
  }

  @Test("asks for different jobs side by side, but not for too many at once")
  func concurrency() async throws {
    let gate = Mutex<ManualTime?>(nil)
    let cloud = TestCloud { request, _ in
      let time = gate.withLock { $0 }
      try await time?.sleep(for: .seconds(2))
      let id = request.url.split(separator: "/").last.map(String.init) ?? ""
      return .json(["status": "SUCCESS", "job_id": .string(id), "entities": ["image_id": .string("image-\(id)")]])
    }
    gate.withLock { $0 = cloud.time }
    let scheduler = scheduler(cloud, inFlight: 4)
    let references = (0..<40).map { job("j\($0)", in: cloud) }
    let ids = try await cloud.run(for: .seconds(500)) {
      try await withThrowingTaskGroup(of: String.self) { group in
        for reference in references { group.addTask { try await scheduler.wait(for: reference).imageID } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
    }
    #expect(ids == Set(references.map { "image-\($0.id)" }))
    #expect(cloud.transport.requests.count { $0.url.contains("/jobs/") } == 40)
    #expect(cloud.transport.mostInFlight <= 5, "four questions and a list")
  }

  @Test("finds the image by name when the job does not name it")
  func lookUp() async throws {
    let cloud = TestCloud { request, _ in
      if request.url.contains("/jobs/") { return .job("SUCCESS") }
      if request.url.contains("marker=") { return .json(["images": []]) }
      return .json([
        "images": [["id": "i9", "name": "web01", "status": "active", "created_at": "2030-01-01T00:00:00Z"]]
      ])
    }
    let events = EventLog()
    let scheduler = scheduler(cloud, events: events)
    let reference = job(in: cloud)
    let result = try await cloud.run(for: .seconds(100)) { try await scheduler.wait(for: reference) }
    #expect(result.imageID == "i9" && result.warnings.count == 1)
    #expect(events.names == ["progress", "warning", "succeeded"])
    #expect(cloud.transport.requests[1].url.contains("name=web01"))
  }

  @Test("gives up on a job the cloud does not know, saying what to do")
  func unknownJob() async {
    let cloud = TestCloud { _, _ in .refusal("IMG.0020", status: 404) }
    let scheduler = scheduler(cloud)
    let error = await #expect(throws: ImportError.self) {
      try await cloud.run(for: .seconds(100)) { try await scheduler.wait(for: JobReference(id: "nobody")) }
    }
    #expect(error?.kind == .not_found && error?.hint != nil && cloud.transport.requests.count == 1)
  }

  @Test("keeps thousands of jobs in view")
  func manyJobs() async throws {
    let cloud = cloud(running: .seconds(300))
    let scheduler = scheduler(cloud)
    let references = (0..<2000).map { job("j\($0)", in: cloud) }
    let count = try await cloud.run(for: .seconds(3000)) {
      try await withThrowingTaskGroup(of: String.self) { group in
        for reference in references { group.addTask { try await scheduler.wait(for: reference).imageID } }
        return try await group.reduce(0) { count, _ in count + 1 }
      }
    }
    #expect(count == 2000)
    #expect(cloud.transport.mostInFlight <= 16)
    #expect(await scheduler.jobCount == 0)
  }
}
