import CloudAccess
import Foundation
import Synchronization

@testable import ImageImport

/// A cloud in memory that makes images of what is posted, and loses answers as a test says.
final class RecordingCloud: Sendable {
  /// What happens to a POST.
  enum Post: Sendable {
    case accept
    case loseAfter
    case loseBefore
    case notSent
    case refuse(String)
  }

  struct State {
    var posts: [JSONValue] = []
    var images: [(id: String, body: JSONValue, made: Duration, status: String)] = []
    var script: [Post] = []
    var visibleAfter = Duration.zero
    var showsTags = true
    var listsFail = false
    var jobsUnknown = false
    var asked = 0

    /// Called once, while a list by name is answered.
    var duringList: (@Sendable () async -> Void)?
  }

  let state = Mutex(State())
  let test: TestCloud
  let store: any ImportRecordStore
  let events = EventLog()

  init(store: any ImportRecordStore = InMemoryRecordStore(), _ script: Post...) {
    self.store = store
    let answer = Mutex<ScriptedTransport.Answer?>(nil)
    test = TestCloud { request, index in
      guard let body = answer.withLock({ $0 }) else { return HTTPResponse(status: 500, body: []) }
      return try await body(request, index)
    }
    state.withLock { $0.script = script }
    answer.withLock {
      $0 = { [unowned self] request, _ in
        if request.url.contains("name=") {
          let hook = self.state.withLock { state in
            defer { state.duringList = nil }
            return state.duringList
          }
          await hook?()
        }
        return try self.answer(request)
      }
    }
  }

  var submitter: RecordingSubmitter {
    RecordingSubmitter(client: test.client, store: store, events: events, jitter: { 0.5 })
  }

  var service: ImportService {
    ImportService(
      client: test.client, rules: RuleSet(dialect: .otc), submitter: submitter,
      scheduler: JobScheduler(client: test.client, events: events, random: { 0.5 }), events: events)
  }

  var posts: Int { state.withLock { $0.posts.count } }
  var images: Int { state.withLock { $0.images.count } }

  func submit(
    _ request: ImportRequest = Samples.system, _ options: SubmitOptions = SubmitOptions()
  ) async -> Result<JobReference, any Error> {
    let submitter = submitter
    do {
      return .success(
        try await test.run(for: .seconds(100_000)) { try await submitter.submit(request, options: options) })
    } catch {
      return .failure(error)
    }
  }

  func importImage(
    _ request: ImportRequest = Samples.system, _ options: SubmitOptions = SubmitOptions()
  ) async throws -> ImportResult {
    let service = service
    return try await test.run(for: .seconds(100_000)) { try await service.importImage(request, options: options) }
  }

  func records() async -> [ImportRecord] { (try? await store.records(ImportRecordFilter())) ?? [] }

  /// Sets every image to a status, as jobs end.
  func finishAll(_ status: String = "active") {
    state.withLock { state in for index in state.images.indices { state.images[index].status = status } }
  }

  private func answer(_ request: HTTPRequest) throws -> HTTPResponse {
    let now = test.time.monotonic
    let parts = URLComponents(string: request.url)
    let path = parts?.path ?? ""
    return try state.withLock { state in
      if request.method == "POST" {
        let post = state.script.isEmpty ? Post.accept : state.script.removeFirst()
        if case .notSent = post {
          throw CloudError(kind: .network, message: "refused", retryable: true, delivery: .notSent)
        }
        let body = try JSONValue(parsing: request.body ?? [])
        state.posts.append(body)
        switch post {
        case .refuse(let code): return .refusal(code)
        case .loseBefore, .notSent: break
        case .accept, .loseAfter:
          state.images.append((id: "image-\(state.images.count + 1)", body: body, made: now, status: "saving"))
        }
        if case .accept = post { return .json(["job_id": .string("job-\(state.images.count)")]) }
        throw CloudError(kind: .network, message: "The connection was reset.", delivery: .ambiguous)
      }
      if path.contains("/jobs/") {
        let number = Int(path.split(separator: "-").last ?? "") ?? 0
        guard !state.jobsUnknown, state.images.indices.contains(number - 1) else {
          return .refusal("IMG.0029", status: 404)
        }
        let image = state.images[number - 1]
        let status = image.status == "active" ? "SUCCESS" : image.status == "killed" ? "FAIL" : "RUNNING"
        return .job(status, ["job_id": .string("job-\(number)"), "entities": ["image_id": .string(image.id)]])
      }
      if path.hasPrefix("/v2/images/") {
        guard let image = state.images.first(where: { path.hasSuffix("/" + $0.id) }) else {
          return .refusal("IMG.0027", status: 404)
        }
        return .json(self.json(image, state))
      }
      state.asked += 1
      if state.listsFail { return HTTPResponse(status: 403, body: []) }
      let query = Dictionary(
        (parts?.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
      if query["marker"] != nil { return .json(["images": []]) }
      let listed = state.images.filter { image in
        guard now - image.made >= state.visibleAfter else { return false }
        if let name = query["name"], image.body["name"]?.stringValue != name { return false }
        if let tag = query["tag"] { return state.showsTags && self.tags(image.body).contains(tag) }
        return true
      }
      return .json(["images": .array(listed.map { self.json($0, state) })])
    }
  }

  private func tags(_ body: JSONValue) -> [String] {
    (body["image_tags"]?.arrayValue ?? []).map {
      "\($0["key"]?.stringValue ?? "")=\($0["value"]?.stringValue ?? "")"
    }
  }

  private func json(_ image: (id: String, body: JSONValue, made: Duration, status: String), _ state: State) -> JSONValue
  {
    let created = Date(timeIntervalSince1970: 1_705_307_400) + image.made.inSeconds
    return [
      "id": .string(image.id), "name": image.body["name"] ?? .null, "status": .string(image.status),
      "min_disk": image.body["min_disk"] ?? .null, "__os_version": image.body["os_version"] ?? .null,
      "__data_origin": .string("file,\(image.body["image_url"]?.stringValue ?? "")"),
      "created_at": .string(Timestamp.iso8601(created)),
      "tags": .array(state.showsTags ? tags(image.body).map(JSONValue.string) : []),
    ]
  }
}
