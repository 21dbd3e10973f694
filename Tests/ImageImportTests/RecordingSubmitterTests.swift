import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("The recording submitter")
struct RecordingSubmitterTests {
  private func failure<Value>(_ result: Result<Value, any Error>) -> ImportError? {
    if case .failure(let error) = result { return error as? ImportError }
    return nil
  }

  @Test("records the intent before the first byte, then the job, and marks the image")
  func success() async throws {
    let cloud = RecordingCloud()
    let job = try await cloud.submit().get()
    #expect(job.id == "job-1" && job.origin == .submitted && job.imageName == "web01")
    let record = try #require(await cloud.records().first)
    #expect(record.state == .accepted && record.jobID == "job-1" && record.isMarked && record.attempts == 1)
    #expect(record.request == Samples.system && record.id == job.recordID)
    let body = try #require(cloud.state.withLock { $0.posts.first })
    #expect(body["image_tags"] == [["key": "slipway", "value": .string(record.id)]])
  }

  @Test("says sent on record while the POST is under way, and nothing sent before")
  func order() async throws {
    let store = InMemoryRecordStore()
    let cloud = TestCloud { request, _ in
      let states = try await store.records(ImportRecordFilter()).map(\.state)
      #expect(states == [.sent])
      return .json(["job_id": "j"])
    }
    _ = try await RecordingSubmitter(client: cloud.client, store: store).submit(
      Samples.system, options: SubmitOptions())
    #expect(cloud.transport.requests.count == 1)
  }

  @Test("sends again what was certainly not sent or refused for want of room, under one record")
  func again() async throws {
    let cloud = RecordingCloud(.notSent, .refuse("IMG.0060"), .notSent, .accept)
    #expect(try await cloud.submit().get().id == "job-1")
    let records = await cloud.records()
    #expect(records.count == 1 && records[0].attempts == 4 && cloud.images == 1)
    #expect(cloud.events.names == ["waiting", "waiting", "waiting"])
  }

  @Test("ends a refusal as failed, with its code, and leaves the key free")
  func refused() async throws {
    let cloud = RecordingCloud(.refuse("IMG.0056"))
    let error = failure(await cloud.submit())
    #expect(error?.kind == .validation && error?.code == "IMG.0056" && error?.isAmbiguous == false)
    #expect(error?.hint == ErrorCatalogue.entry("IMG.0056")?.action)
    #expect(await cloud.records().map(\.state) == [.failed])
    #expect(try await cloud.submit().get().id == "job-1")
  }

  @Test("ends what the network never let out as failed, with nothing sent")
  func unreachable() async throws {
    let cloud = RecordingCloud(.notSent, .notSent, .notSent, .notSent)
    let error = failure(await cloud.submit())
    #expect(error?.kind == .network && error?.isAmbiguous == false)
    let record = try #require(await cloud.records().first)
    #expect(record.state == .failed && record.progress.reason?.hasPrefix("not sent") == true)
  }

  // MARK: Lost answers

  @Test("finds the image of a lost answer by its marker, and sends nothing again")
  func adopted() async throws {
    let cloud = RecordingCloud(.loseAfter)
    cloud.state.withLock { $0.visibleAfter = .seconds(7) }
    let job = try await cloud.submit().get()
    #expect(job.origin == .adopted && job.imageID == "image-1" && job.jobID == nil)
    #expect(cloud.posts == 1 && cloud.images == 1)
    #expect(await cloud.records().map(\.state) == [.adopted])
    #expect(cloud.events.names == ["settling", "settling", "settling", "adopted"])
    #expect(cloud.test.time.monotonic == .seconds(10))
  }

  @Test("finds it by name, time and origin where tags are not shown, or no marker was sent", arguments: [true, false])
  func byName(marks: Bool) async throws {
    let cloud = RecordingCloud(.loseAfter)
    cloud.state.withLock { $0.showsTags = false }
    let job = try await cloud.submit(Samples.system, SubmitOptions(marksImage: marks)).get()
    #expect(job.imageID == "image-1" && cloud.posts == 1)
    #expect(await cloud.records().first?.isMarked == marks)
  }

  @Test("never takes the image of another import that began while it looked")
  func lateRival() async throws {
    let cloud = RecordingCloud(.loseBefore)
    cloud.state.withLock { state in
      state.showsTags = false
      state.duringList = {
        let rival = ImportRecord(
          id: "rival", scope: ImportScope(cloud: "iam.test", project: "p", region: "r"), profile: "x", key: "other",
          request: Samples.system, isMarked: true, createdAt: cloud.test.time.now)
        let scope = await cloud.records().first?.scope
        var record = rival
        if let scope { record.scope = scope }
        _ = try? await cloud.store.claim(record, reusing: false, refuted: [])
        cloud.state.withLock {
          $0.images.append(
            (id: "theirs", body: Samples.system.jsonValue, made: cloud.test.time.monotonic, status: "saving"))
        }
      }
    }
    let error = failure(await cloud.submit())
    #expect(error?.isAmbiguous == true)
    #expect(await cloud.records().allSatisfy { $0.imageID == nil })
  }

  @Test("waits for an adopted image until it is active, and tells so in the result")
  func waiting() async throws {
    let cloud = RecordingCloud(.loseAfter)
    let service = cloud.service
    let result = try await cloud.test.run(for: .seconds(100_000)) {
      let job = try await service.submit(Samples.system)
      return try await service.wait(for: job) { _ in cloud.finishAll() }
    }
    #expect(result.imageID == "image-1" && result.adopted && !result.reused && result.job.state == .succeeded)
    #expect(await cloud.records().map(\.state) == [.succeeded])
    #expect(result.json["job_id"] == nil && result.json["adopted"] == true)
  }

  @Test("takes a dead image with the marker for a failure")
  func killed() async throws {
    let cloud = RecordingCloud(.loseAfter)
    cloud.state.withLock { $0.visibleAfter = .seconds(1) }
    let submitter = cloud.submitter
    let result = await #expect(throws: ImportError.self) {
      try await cloud.test.run(for: .seconds(1000)) {
        async let job = submitter.submit(Samples.system, options: SubmitOptions())
        await cloud.test.time.waitForSleepers()
        cloud.finishAll("killed")
        return try await job
      }
    }
    #expect(result?.kind == .job_failed)
    #expect(await cloud.records().map(\.state) == [.failed])
  }

  @Test("leaves what does not appear unsettled: nothing sent again, and the exact commands to go on")
  func notFound() async throws {
    let cloud = RecordingCloud(.loseBefore)
    let error = try #require(failure(await cloud.submit()))
    let record = try #require(await cloud.records().first)
    #expect(error.isAmbiguous && error.retryable && error.recordID == record.id && record.state == .notFound)
    #expect(error.hint?.contains("slipway jobs resume \(record.id)") == true)
    #expect(error.hint?.contains("slipway jobs forget \(record.id)") == true)
    #expect(cloud.posts == 1 && cloud.test.time.monotonic >= .seconds(600))
    // Run again: one look, still nothing, still nothing sent.
    let asked = cloud.state.withLock { $0.asked }
    #expect(failure(await cloud.submit())?.isAmbiguous == true)
    #expect(cloud.posts == 1 && cloud.state.withLock { $0.asked } == asked + 2)
  }

  @Test("adopts an image that appears after the settling time, in a later run")
  func lateImage() async throws {
    let cloud = RecordingCloud(.loseAfter)
    cloud.state.withLock { $0.visibleAfter = .seconds(3000) }
    #expect(failure(await cloud.submit())?.isAmbiguous == true)
    await cloud.test.time.advance(by: .seconds(3000))
    #expect(try await cloud.submit().get().imageID == "image-1")
    #expect(cloud.posts == 1)
  }

  @Test("sends again only where measurements prove that there is no image")
  func resubmitting() async throws {
    let cloud = RecordingCloud(.loseBefore, .loseBefore)
    let options = SubmitOptions(onNotFound: .resubmit)
    let unproven = try #require(failure(await cloud.submit(Samples.system, options)))
    #expect(unproven.isAmbiguous && unproven.message.contains("only 0 of the 10"))
    #expect(cloud.posts == 1)
    let scope = try #require(await cloud.records().first).scope
    for _ in 0..<10 { try await cloud.store.addVisibility(.seconds(2), in: scope, at: Date()) }
    let job = try await cloud.submit(Samples.system, options).get()
    #expect(job.id == "job-1" && cloud.posts == 3 && cloud.images == 1)
    let records = await cloud.records()
    #expect(records.map(\.state) == [.resubmitted, .resubmitted, .accepted])
    #expect(records[0].progress.successor == records[1].id && Set(records.map(\.key)).count == 1)
  }

  @Test("sends again in the place among those under way that the lost submission had")
  func resubmittingInPlace() async throws {
    let cloud = RecordingCloud(.loseBefore, .loseBefore)
    let scheduler = JobScheduler(
      client: cloud.test.client, admission: AdmissionGate.Policy(ceiling: 1), events: cloud.events, random: { 0.5 })
    let submitter = RecordingSubmitter(
      client: cloud.test.client, store: cloud.store, admission: scheduler, events: cloud.events, jitter: { 0.5 })
    let scope = ImportScope(
      profile: cloud.test.client.session.profile, projectID: "0123456789abcdef0123456789abcdef")
    for _ in 0..<10 { try await cloud.store.addVisibility(.seconds(2), in: scope, at: Date()) }
    let job = try await cloud.test.run(for: .seconds(100_000)) {
      try await submitter.submit(Samples.system, options: SubmitOptions(onNotFound: .resubmit))
    }
    #expect(job.id == "job-1" && cloud.posts == 3)
    #expect(await scheduler.admissions.underWay == 1)
    await scheduler.ended(job.id)
    #expect(await scheduler.admissions.underWay == 0)
  }

  @Test("never sends again without a marker, however early others were seen")
  func unmarked() async throws {
    let cloud = RecordingCloud(.loseBefore)
    let options = SubmitOptions(onNotFound: .resubmit, marksImage: false)
    for _ in 0..<10 {
      try await cloud.store.addVisibility(
        .zero,
        in: ImportScope(profile: cloud.test.client.session.profile, projectID: "0123456789abcdef0123456789abcdef"),
        at: Date())
    }
    #expect(failure(await cloud.submit(Samples.system, options))?.message.contains("no marker") == true)
    #expect(cloud.posts == 1)
  }

  @Test("asks who is to decide", arguments: NotFoundPolicy.Decision.allCases)
  func asking(decision: NotFoundPolicy.Decision) async throws {
    let cloud = RecordingCloud(.loseBefore)
    let result = await cloud.submit(Samples.system, SubmitOptions(onNotFound: .ask { _ in decision }))
    let states = await cloud.records().map(\.state)
    switch decision {
    case .fail: #expect(failure(result)?.isAmbiguous == true && states == [.notFound])
    case .resubmit: #expect((try? result.get().id) == "job-1" && states == [.resubmitted, .accepted])
    case .giveUp: #expect(failure(result)?.kind == .cancelled && states == [.givenUp])
    }
  }

  @Test("says why when the cloud cannot be asked, and stays unknown")
  func blind() async throws {
    let cloud = RecordingCloud(.loseAfter)
    cloud.state.withLock { $0.listsFail = true }
    let error = try #require(failure(await cloud.submit()))
    #expect(error.isAmbiguous && error.message.contains("could not be asked"))
    #expect(await cloud.records().map(\.state) == [.unknown])
    cloud.state.withLock { $0.listsFail = false }
    #expect(try await cloud.submit().get().imageID == "image-1")
  }

  // MARK: The same again

  @Test("finds an import done before and its image, and makes another only when told to")
  func reuse() async throws {
    let cloud = RecordingCloud()
    let service = cloud.service
    let first = try await cloud.test.run(for: .seconds(10_000)) {
      try await service.importImage(Samples.system, onProgress: { _ in cloud.finishAll() })
    }
    #expect(!first.reused && first.drift.isEmpty)
    let second = try await cloud.importImage()
    #expect(second.reused && second.imageID == first.imageID && cloud.posts == 1)
    #expect(second.job.state == .succeeded && second.reference.jobID == "job-1")
    #expect(cloud.events.names.last == "succeeded")
    let third = try await cloud.submit(Samples.system, SubmitOptions(again: true)).get()
    #expect(third.id == "job-2" && cloud.posts == 2)
  }

  @Test("imports again what was done before when its image is gone")
  func vanished() async throws {
    let cloud = RecordingCloud()
    let service = cloud.service
    _ = try await cloud.test.run(for: .seconds(10_000)) {
      try await service.importImage(Samples.system, onProgress: { _ in cloud.finishAll() })
    }
    cloud.state.withLock { $0.images[0].id = "other" }
    #expect(try await cloud.submit().get().id == "job-2")
  }

  @Test("attaches to an import that is under way instead of sending it")
  func attaching() async throws {
    let cloud = RecordingCloud()
    let first = try await cloud.submit().get()
    let second = try await cloud.submit(Samples.system, SubmitOptions(again: true)).get()
    #expect(second.id == first.id && second.origin == .attached && cloud.posts == 1)
    #expect(cloud.events.names == ["attached"])
  }

  @Test("lets twenty tasks that want the same import make one image")
  func together() async throws {
    let cloud = RecordingCloud(.notSent, .loseAfter)
    let submitter = cloud.submitter
    let jobs = try await cloud.test.run(for: .seconds(10_000)) {
      try await withThrowingTaskGroup(of: JobReference.self) { group in
        for _ in 0..<20 { group.addTask { try await submitter.submit(Samples.system, options: SubmitOptions()) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(Set(jobs.map(\.id)) == ["image-1"] && cloud.posts == 1)
  }

  @Test("refuses a key that stands for another request, naming the difference")
  func otherRequest() async throws {
    let cloud = RecordingCloud()
    _ = try await cloud.submit(Samples.system, SubmitOptions(key: "k")).get()
    let error = try #require(
      failure(await cloud.submit(Samples.system.with(["min_disk": 80]), SubmitOptions(key: "k"))))
    #expect(error.kind == .conflict && error.message.contains("min_disk") && cloud.posts == 1)
    let empty = failure(await cloud.submit(Samples.system, SubmitOptions(key: "")))
    #expect(empty?.kind == .argument)
  }

  @Test("looks for the image of a job that the cloud has forgotten, and waits for that")
  func lostJob() async throws {
    let cloud = RecordingCloud()
    let service = cloud.service
    cloud.state.withLock { $0.jobsUnknown = true }
    let result = try await cloud.test.run(for: .seconds(100_000)) {
      let job = try await service.submit(Samples.system)
      return try await service.wait(for: job) { _ in cloud.finishAll() }
    }
    #expect(result.imageID == "image-1" && result.adopted && cloud.posts == 1)
  }

  @Test("sends what was interrupted before it was sent, and settles what was interrupted afterwards")
  func resuming() async throws {
    let cloud = RecordingCloud()
    let draft = cloud.submitter.drafts.draft(
      Samples.system, ImportScope(cloud: "iam.test", project: "0123456789abcdef0123456789abcdef", region: "eu-de"),
      key: "k", SubmitOptions())
    _ = try await cloud.store.claim(draft, reusing: true, refuted: [])
    await cloud.store.release(draft.id)
    let submitter = cloud.submitter
    let job = try await cloud.test.run(for: .seconds(1000)) {
      try await submitter.resume(draft.id, options: SubmitOptions())
    }
    #expect(job.id == "job-1" && job.recordID == draft.id && cloud.posts == 1)
    let body = cloud.state.withLock { $0.posts[0] }
    #expect(body["image_tags"]?[0]?["value"] == .string(draft.id))
  }

  @Test("keeps no secret in a record")
  func secrets() async throws {
    let cloud = RecordingCloud()
    _ = try await cloud.submit().get()
    let records = await cloud.records()
    #expect(!records.contains { $0.json.serialized().contains("very-secret") })
  }
}
