import CloudAccess
import Testing

@testable import ImageImport

@Suite("The direct submitter")
struct DirectSubmitterTests {
  private func submit(
    _ answer: @escaping ScriptedTransport.Answer, events: EventLog = EventLog()
  ) async -> (result: Result<JobReference, ImportError>, posts: Int) {
    let cloud = TestCloud(answer)
    let submitter = DirectSubmitter(client: cloud.client, events: events, jitter: { 0.5 })
    do {
      let job = try await cloud.run(for: .seconds(10_000)) { try await submitter.submit(Samples.system) }
      return (.success(job), cloud.transport.requests.count)
    } catch {
      return (.failure(ImportError(wrapping: error)), cloud.transport.requests.count)
    }
  }

  @Test("gives the job, with what it was for")
  func success() async throws {
    let (result, posts) = await submit { _, _ in .json(["job_id": "j1"]) }
    let job = try result.get()
    #expect(job.id == "j1" && job.imageName == "web01" && job.submittedAt != nil && job.request == Samples.system)
    #expect(posts == 1)
  }

  @Test("sends again what was certainly not sent")
  func notSent() async throws {
    let (result, posts) = await submit { _, index in
      if index < 3 { throw CloudError(kind: .network, message: "refused", retryable: true, delivery: .notSent) }
      return .json(["job_id": "j1"])
    }
    #expect(try result.get().id == "j1" && posts == 4)
  }

  @Test("waits for room, telling so, and sends again")
  func room() async throws {
    let events = EventLog()
    let (result, posts) = await submit(
      { _, index in
        switch index {
        case 0: .refusal("IMG.0060")
        case 1:
          .json(
            ["error_code": "APIGW.0308", "error_msg": "slow"], status: 429, headers: [(name: "Retry-After", value: "9")]
          )
        default: .json(["job_id": "j1"])
        }
      }, events: events)
    #expect(try result.get().id == "j1" && posts == 3)
    #expect(events.names == ["waiting", "waiting"])
    guard case .waiting("web01", _, let delay) = events.events[1] else { return }
    #expect(delay == .seconds(9))
  }

  @Test("does not send again what was refused, and says what the code means")
  func refused() async {
    let (result, posts) = await submit { _, _ in .refusal("IMG.0056", headers: [(name: "X-Request-Id", value: "r7")]) }
    guard case .failure(let error) = result else {
      Issue.record("accepted")
      return
    }
    #expect(posts == 1)
    #expect(error.kind == .validation && error.code == "IMG.0056" && error.status == 400 && error.requestID == "r7")
    #expect(error.hint == ErrorCatalogue.entry("IMG.0056")?.action && !error.isAmbiguous && !error.retryable)
  }

  @Test(
    "names refusals by what they mean",
    arguments: [
      ("IMG.0009", ImportError.Kind.conflict), ("IMG.0015", .quota), ("IMG.0026", .permission),
      ("IMG.0055", .validation),
    ])
  func kinds(code: String, kind: ImportError.Kind) async {
    let (result, _) = await submit { _, _ in .refusal(code) }
    guard case .failure(let error) = result else { return }
    #expect(error.kind == kind)
  }

  @Test(
    "never sends again what may have arrived, and says how to find out", arguments: [200, 408, 500, 502, 503, 504, 0])
  func ambiguous(status: Int) async {
    let (result, posts) = await submit { _, _ in
      if status == 0 { throw CloudError(kind: .timeout, message: "no answer", retryable: true, delivery: .ambiguous) }
      return HTTPResponse(status: status, body: Array("<html>".utf8))
    }
    guard case .failure(let error) = result else {
      Issue.record("accepted")
      return
    }
    #expect(posts == 1 && error.isAmbiguous && !error.retryable)
    #expect(error.kind == .network || error.kind == .service)
    #expect(error.hint?.contains("ims.images{name = \"web01\"}") == true)
    #expect(error.json["ambiguous"] == true)
  }
}
