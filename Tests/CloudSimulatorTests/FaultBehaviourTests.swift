import CloudAccess
import Foundation
import ImageImport
import ObjectStorage
import Testing

@testable import CloudSimulator

/// What the client makes of each fault, over the real network stack and on the virtual clock.
@Suite("The client under faults")
struct FaultBehaviourTests {
  /// A cloud and a client on one virtual clock, with some faults set.
  private func run(
    _ faults: [String] = [], _ configure: (inout LocalCloudConfiguration) -> Void = { _ in },
    _ body: (TestCloud, TestClient, VirtualTime) async throws -> Void
  ) async throws {
    let time = VirtualTime()
    try await TestCloud.run(scale: 1, time: time, configure) { cloud in
      try cloud.putSample()
      for fault in faults { cloud.cloud.add(try Fault(fault)) }
      try await body(cloud, cloud.client(time: time, scale: 1), time)
    }
  }

  // MARK: Throttling and bad answers

  @Test(
    "429 at the submission is waited for as long as the cloud asks, and the import is made once",
    arguments: [
      ("throttled=7:submit:count=2", [7.0, 7]), ("throttled=date 9:submit:count=1", [9]),
      ("throttled:submit:count=1", [1]), ("refused=IMG.0060:count=2", [5, 10]), ("refused=IMG.0194:count=1", [5]),
    ])
  func throttledSubmission(fault: String, pauses: [Double]) async throws {
    try await run([fault]) { cloud, client, _ in
      _ = try await client.imports.importImage(TestCloud.request("web"))
      #expect(client.events.pauses.count == pauses.count)
      for (pause, least) in zip(client.events.pauses.map(\.inSeconds), pauses) {
        #expect(pause >= least * 0.5 && pause <= least * 1.5, "\(pause) for \(least)")
        if !fault.contains("IMG") { #expect(pause >= least - 0.01) }
      }
      #expect(cloud.imageNames == ["web"])
      #expect(cloud.cloud.callCounts[.submit] == pauses.count + 1)
    }
  }

  @Test(
    "429 and 5xx at the job query slow the wait down and never fail the job",
    arguments: [
      "throttled=30:job:count=3", "throttled=date 30:job:count=3", "throttled:job:count=3", "status=500:job:count=3",
      "status=502:job:count=3", "status=503:job:count=3", "status=504:job:count=3", "status=408:job:count=3",
      "reply_lost_before:job:count=3", "reply_lost_after:job:count=3", "reply_cut:job:count=3",
      "reply_cut=1:job:count=3", "field=status:value=[]:job:count=3",
    ])
  func slowJob(fault: String) async throws {
    try await run([fault]) { cloud, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.job.state == .succeeded)
      if !fault.contains("field") {
        // One message for the trouble and one for its end, not one for each question.
        #expect((1...3).contains(client.events.degradations.count), "\(client.events.names)")
        #expect(client.events.names.count { $0 == "recovered" } == 1, "\(client.events.names)")
      }
      if fault.contains("30") {
        #expect(client.events.degradations.allSatisfy { $0.delay >= .seconds(27) }, "\(client.events.degradations)")
      }
      #expect(cloud.cloud.callCounts[.submit] == 1)
    }
  }

  @Test("An HTML page in the place of an answer gives an error of one readable line")
  func htmlPage() async throws {
    try await run(["status=502:list"]) { _, client, _ in
      let error = await #expect(throws: CloudError.self) { _ = try await client.images.images(ImageQuery()).all() }
      #expect(error?.status == 502)
      #expect(error?.message.contains("502 Bad Gateway") == true, "\(String(describing: error))")
      #expect(error?.message.contains("<") == false)
      #expect(error?.requestID?.isEmpty == false)
      #expect(error?.retryable == true)
    }
  }

  @Test("A body that comes slowly is read whole, and one that takes too long is a time-out, not an answer")
  func slowBody() async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      cloud.cloud.add(try Fault("slow_body=4000:list"))
      let client = cloud.client()
      for name in ["a", "b"] { _ = try await client.imports.importImage(TestCloud.request(name)) }
      #expect(try await client.images.images(ImageQuery()).all().count == 2)
      cloud.cloud.removeFaults()
      cloud.cloud.add(try Fault("slow_body=10:list"))
      cloud.cloud.add(try Fault("slow_headers=5s:quota"))
      let hurried = cloud.client(
        timeouts: HTTPTimeouts(connect: .seconds(5), headers: .milliseconds(300), body: .milliseconds(300)))
      let query = APICall(path: "/v2/cloudimages", retry: .once)
      var error = await #expect(throws: CloudError.self) { _ = try await hurried.session.send(query) }
      #expect(error?.kind == .timeout)
      #expect(error?.message.contains("did not end within") == true)
      error = await #expect(throws: CloudError.self) {
        _ = try await hurried.session.send(APICall(path: "/v1/cloudimages/quota", retry: .once))
      }
      #expect(error?.kind == .timeout)
      #expect(error?.message.contains("did not answer within") == true)
    }
  }

  @Test(
    "An answer without a body keeps its head under faults of bodies",
    arguments: ["slow_body=1:object_head", "slow_body=1:object_head:method=HEAD"])
  func bodiless(fault: String) async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      cloud.cloud.add(try Fault(fault))
      let store = try await ObjectStore(session: cloud.client().session)
      let info = try await store.headObject(bucket: "images", key: "x.zvhd2")
      let size = try FileManager.default.attributesOfItem(atPath: cloud.path("images", "x.zvhd2"))[.size] as? UInt64
      #expect(info.size == size)
    }
  }

  @Test("An answer that comes late costs the wait its lateness and nothing else")
  func slowHeaders() async throws {
    try await run(["slow_headers=20s:job"]) { _, client, time in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.job.state == .succeeded)
      #expect(client.events.degradations.isEmpty)
      #expect(time.monotonic < .seconds(200))
    }
  }

  // MARK: Tokens and clocks

  @Test("A token that ends while many wait is renewed once for all of them")
  func tokenEnds() async throws {
    try await run(["token_refused:job:after=30s:count=1"]) { cloud, client, _ in
      try await withThrowingTaskGroup(of: JobState.self) { group in
        for number in 0..<20 {
          group.addTask { try await client.imports.importImage(TestCloud.request("web-\(number)")).job.state }
        }
        for try await state in group { #expect(state == .succeeded) }
      }
      #expect(cloud.cloud.faults[0].struck == 1)
      #expect(cloud.cloud.callCounts[.token] == 2)
      #expect(cloud.imageNames.count == 20)
    }
  }

  @Test("A token refused at the submission is renewed, and the import is made once")
  func tokenEndsAtSubmission() async throws {
    try await run(["token_refused:submit:count=1"]) { cloud, client, _ in
      _ = try await client.imports.importImage(TestCloud.request("web"))
      #expect(cloud.imageNames == ["web"])
      #expect(cloud.cloud.callCounts[.token] == 2)
    }
  }

  @Test("A cloud that refuses every token is an error, not an endless renewal")
  func tokenAlwaysRefused() async throws {
    try await run(["token_refused:list"]) { cloud, client, _ in
      let error = await #expect(throws: CloudError.self) { _ = try await client.images.images(ImageQuery()).all() }
      #expect(error?.kind == .authentication)
      #expect(cloud.cloud.callCounts[.token] == 2)
      #expect(cloud.cloud.callCounts[.list] == 2)
    }
  }

  @Test("A cloud whose clock is off has its time taken from the answer, for signatures", arguments: [3600.0, -3600])
  func clockSkew(seconds: Double) async throws {
    let time = VirtualTime()
    try await TestCloud.run(scale: 1, time: time) { cloud in
      try cloud.putSample()
      cloud.cloud.add(Fault(.clockSkew(seconds: seconds)))
      var profile = cloud.access.signedProfile
      profile.signingForm = .a
      let client = cloud.client(profile, time: time, scale: 1)
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.job.state == .succeeded)
      #expect(cloud.imageNames == ["web"])
      // One refusal teaches the offset; every call after it is right the first time.
      #expect(cloud.cloud.callCounts[.submit] == 2)
    }
  }

  // MARK: Jobs

  @Test("An unknown status is taken for running, with one warning for each text")
  func unknownStatus() async throws {
    try await run(["field=status:value=WAITING:until=20m", "field=status:value=PAUSED:after=20m:until=40m"]) {
      cloud, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.waited > .seconds(2400))
      #expect(client.events.warnings.count == 2, "\(client.events.warnings)")
      #expect(client.events.warnings[0].contains("WAITING") && client.events.warnings[1].contains("PAUSED"))
      #expect(cloud.imageNames == ["web"])
    }
  }

  @Test(
    "Null, missing and wrongly typed fields of a job are tolerated, and the image is found by its name",
    arguments: [
      "field=entities:value=null", "field=entities:remove=true", "field=entities:value=[]", "field=entities:value=7",
      "field=entities.image_id:remove=true", "field=entities.image_id:value=null", "field=entities.image_id:value=5.5",
      "field=entities.image_name:value={}", "field=begin_time:value=yesterday", "field=end_time:remove=true",
      "field=job_id:value=null", "field=job_type:value=3", "field=error_code:value=null",
      "field=fail_reason:value=[1]", "field=entities.sub_jobs_result:value=null",
      "field=entities.sub_jobs_result:value=[null,3]",
    ])
  func strangeFields(fault: String) async throws {
    try await run([fault]) { cloud, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.imageID == cloud.cloud.core.inventory().images.first?.id)
    }
  }

  @Test(
    "A percentage in any form, also one that stands still or is none, ends no wait and breaks none",
    arguments: ["0.5", "50", "\"50%\"", "\"\"", "null", "-1", "1", "100", "1e300", "[]", "true"])
  func percentages(value: String) async throws {
    let fault = "field=entities.process_percent:value=\(value.replacing(":", with: "\\:"))"
    try await run([fault]) {
      $0.jobBaseDuration = .seconds(3600)
    } _: { cloud, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.waited >= .seconds(3600))
      #expect((cloud.cloud.callCounts[.job] ?? 0) < 400)
    }
  }

  @Test("A job that is unknown for a while is waited for; for one that stays unknown its image is")
  func unknownJob() async throws {
    try await run(["job_unknown=40s"]) { _, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.job.state == .succeeded)
    }
    for status in [404, 400] {
      try await run(["job_unknown"]) {
        $0.unknownJobStatus = status
      } _: { cloud, client, _ in
        let job = try await client.imports.submit(TestCloud.request("web"))
        let result = try await client.imports.wait(for: job)
        #expect(result.adopted && result.reference.jobID == nil && result.imageName == "web")
        #expect(cloud.imageNames == ["web"])
      }
    }
  }

  @Test(
    "A job that fails names code, reason and remedy, for every code an import can meet, with and without a killed image",
    arguments: [true, false])
  func failures(keepsImage: Bool) async throws {
    let codes = ErrorCatalogue.all.filter(\.isImportRelated)
    #expect(codes.count > 50)
    try await TestCloud.run {
      $0.imageQuota = 1000
    } _: { cloud in
      try cloud.putSample()
      let client = cloud.client(scale: 100_000)
      for entry in codes {
        let name = "web-\(entry.code)"
        cloud.cloud.add(
          Fault(
            .jobFails(code: entry.code, reason: "broken on purpose", keepsImage: keepsImage), FaultMatch(name: name)))
        let error = await #expect(throws: ImportError.self) {
          _ = try await client.imports.importImage(TestCloud.request(name))
        }
        #expect(error?.kind == .job_failed)
        #expect(error?.code == entry.code)
        #expect(error?.message.contains("broken on purpose") == true)
        #expect(error?.message.contains(name) == true)
        #expect(error?.hint == entry.action)
        #expect(error?.retryable == (entry.retryable == .yes))
        #expect(error?.jobStatus?.state == .failed)
        let image = try await client.images.images(ImageQuery(name: name)).all().first
        #expect(image?.status == (keepsImage ? "killed" : nil))
      }
    }
  }

  // MARK: Images and lists

  @Test(
    "A job that names no image is settled by the list, however late image and tags show",
    arguments: ["at_submission", "at_end", "90s"])
  func visibility(image: String) async throws {
    try await run(["field=entities.image_id:remove=true"]) { configuration in
      try? configuration.set("image_visibility", .string(image))
      try? configuration.set("tag_visibility", .string(image))
    } _: { cloud, client, _ in
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.imageID == cloud.cloud.core.inventory().images.first?.id)
      #expect(result.warnings.count == 1)
    }
  }

  @Test("A list whose images have fields that are null, missing or of another type is still a list")
  func strangeLists() async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      let client = cloud.client(scale: 100_000)
      _ = try await client.imports.importImage(TestCloud.request("web"))
      for change in ["value=null", "value=[]", "value=17", "value={}", "remove=true"] {
        for field in ["tags", "min_disk", "created_at", "__os_version", "__image_size", "protected", "name", "status"] {
          cloud.cloud.removeFaults()
          cloud.cloud.add(try Fault("field=images.*.\(field):\(change):list"))
          #expect(try await client.images.images(ImageQuery()).all().count == 1, "\(field) \(change)")
        }
      }
    }
  }

  @Test("A cloud that wants names to be unique says so, and the error is a conflict")
  func uniqueNames() async throws {
    try await run([]) {
      $0.refusesDuplicateNames = true
    } _: { cloud, client, _ in
      _ = try await client.imports.submit(TestCloud.request("web"))
      let error = await #expect(throws: ImportError.self) {
        _ = try await client.imports.submit(TestCloud.request("web").with(["min_disk": 41]))
      }
      #expect(error?.kind == .conflict)
      #expect(error?.code == "IMG.0009")
      #expect(cloud.imageNames == ["web"])
    }
  }
}
