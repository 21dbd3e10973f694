import CloudAccess
import DiskImages
import Testing

@testable import ImageImport

@Suite("The import service")
struct ImportServiceTests {
  private func service(_ cloud: TestCloud, _ events: EventLog) -> ImportService {
    ImportService(
      client: cloud.client, rules: RuleSet(dialect: .otc),
      submitter: RecordingSubmitter(client: cloud.client, store: InMemoryRecordStore(), events: events),
      scheduler: JobScheduler(client: cloud.client, events: events, random: { 0.5 }), events: events,
      checksDrift: false)
  }

  private let happy: ScriptedTransport.Answer = { request, index in
    if request.method == "POST" { return .json(["job_id": "j1"]) }
    return index < 3 ? .job("RUNNING") : .job("SUCCESS", ["entities": ["image_id": "i1", "image_name": "web01"]])
  }

  @Test("imports: validates, submits once, waits")
  func importing() async throws {
    let cloud = TestCloud(happy)
    let events = EventLog()
    let service = service(cloud, events)
    let result = try await cloud.run(for: .seconds(500)) { try await service.importImage(Samples.system) }
    #expect(result.imageID == "i1" && result.imageName == "web01" && result.reference.request == Samples.system)
    #expect(events.names == ["validated", "submitted", "progress", "succeeded"])
    #expect(cloud.transport.requests.count { $0.method == "POST" } == 1)
  }

  @Test("sends nothing the rules refuse, and gives the whole report")
  func refused() async {
    let cloud = TestCloud(happy)
    let events = EventLog()
    let service = service(cloud, events)
    let bad = Samples.system.with(["name": "a/b", "min_disk": 0])
    let error = await #expect(throws: ImportError.self) { try await service.submit(bad) }
    #expect(error?.kind == .validation && error?.code == "IMG.0003" && error?.report?.errors.map(\.rule) == [4, 24])
    #expect(error?.request == bad && error?.message.hasSuffix("(and 1 more)") == true)
    #expect(cloud.transport.requests.isEmpty)
    #expect(events.names == ["validated", "failed"])
  }

  @Test("sends what the rules refuse when told to")
  func insisting() async throws {
    let cloud = TestCloud(happy)
    let service = service(cloud, EventLog())
    let job = try await service.submit(Samples.system.with(["name": "a/b"]), evenIfInvalid: true)
    #expect(job.id == "j1" && job.imageName == "a/b")
  }

  @Test("refuses a disk that is smaller than the one inside the file, when it is known")
  func facts() async {
    let service = service(TestCloud(happy), EventLog())
    let report = service.validate(Samples.system, file: ImageFileFacts(objectSize: 512, diskSize: 41 << 30))
    #expect(report.errors.map(\.rule) == [27] && report.errors.first?.hint == "Set min_disk to 41 or more.")
  }

  @Test("takes what a look into the file told")
  func inspection() throws {
    let inspection = DiskInspection(format: .zvhd2, fileSize: 1 << 20, virtualSize: (40 << 30) + 1)
    let report = service(TestCloud(happy), EventLog()).validate(Samples.system, file: ImageFileFacts(inspection))
    #expect(report.findings.map(\.rule) == [27])
    #expect(ImageFileFacts(DiskInspection(format: .luks, fileSize: 512)).isEncrypted)
  }

  @Test("polls a job by its id")
  func polling() async throws {
    let cloud = TestCloud { _, _ in .job("FAIL", ["error_code": "IMG.0111"]) }
    let service = service(cloud, EventLog())
    let status = try await service.poll(service.job(" j1 "))
    #expect(status.state == .failed && status.errorCode == "IMG.0111")
  }

  @Test("gives events as JSON with the API's names, and no secret")
  func eventJSON() async throws {
    let cloud = TestCloud(happy)
    let events = EventLog()
    let service = service(cloud, events)
    _ = try await cloud.run(for: .seconds(500)) { try await service.importImage(Samples.system) }
    let lines = events.events.map { $0.json.serialized() }
    #expect(lines.allSatisfy { !$0.contains("very-secret") && !$0.contains("\n") })
    let last = try #require(events.events.last?.json)
    #expect(
      last["event"] == "succeeded" && last["image_id"] == "i1" && last["job_id"] == "j1" && last["status"] == "SUCCESS")
    let submitted = events.events[1].json
    #expect(submitted["image_name"] == "web01" && submitted["submitted_at"]?.stringValue?.hasSuffix("Z") == true)
  }

  @Test("gives errors as JSON, leaving out what is not there")
  func errorJSON() {
    let error = ImportError(
      CloudError(kind: .throttled, message: "slow", code: "APIGW.0308", status: 429, requestID: "r", retryable: true))
    let json = error.json
    #expect(json["kind"] == "throttled" && json["code"] == "APIGW.0308" && json["http_status"] == 429)
    #expect(json["retryable"] == true && json["request_id"] == "r" && json["job_id"] == nil && json["cause"] == nil)
    #expect("\(error)" == "throttled: slow [APIGW.0308]")
  }

  @Test("has an error kind for each of the cloud's")
  func kinds() {
    for kind in CloudError.Kind.allCases {
      #expect(ImportError(CloudError(kind: kind, message: "x")).kind.rawValue == kind.rawValue)
    }
  }
}
