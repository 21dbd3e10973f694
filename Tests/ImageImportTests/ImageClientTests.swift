import CloudAccess
import Testing

@testable import ImageImport

@Suite("The client of the image service", .timeLimit(.minutes(1)))
struct ImageClientTests {
  @Test("posts an import once, with the body as the request spells it")
  func submit() async {
    let cloud = TestCloud { _, _ in .json(["job_id": " j1 "], headers: [(name: "X-Request-Id", value: "r1")]) }
    let outcome = await cloud.client.submit(Samples.system)
    guard case .accepted("j1", "r1") = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let request = cloud.transport.requests.first
    #expect(cloud.transport.requests.count == 1)
    #expect(request?.url == "https://ims.test/v2/cloudimages/quickimport/action" && request?.method == "POST")
    #expect(request?.body == Samples.system.encoded())
    #expect(request?.header("Content-Type")?.hasPrefix("application/json") == true)
  }

  @Test("never repeats the POST, whatever comes back", arguments: [200, 400, 408, 429, 500, 502, 503, 504])
  func once(status: Int) async {
    let cloud = TestCloud { _, _ in .json(["message": "x"], status: status) }
    let outcome = await cloud.client.submit(Samples.system)
    #expect(cloud.transport.requests.count == 1)
    #expect("\(outcome)".hasPrefix((400..<500).contains(status) && status != 408 ? "refused" : "ambiguous"))
  }

  @Test("asks for a job by its id, however odd")
  func job() async throws {
    let cloud = TestCloud { _, _ in .json(["status": "RUNNING"]) }
    let status = try await cloud.client.job("../a b/ü")
    #expect(status.id == "../a b/ü" && status.state == .running)
    #expect(
      cloud.transport.requests.first?.url
        == "https://ims.test/v1/0123456789abcdef0123456789abcdef/jobs/..%2Fa%20b%2F%C3%BC")
  }

  /// Pages of the ids after the marker, as the service gives them.
  private func pages(of ids: [String], by size: Int) -> TestCloud {
    TestCloud { request, _ in
      let marker = request.url.split(separator: "marker=").dropFirst().first.map { String($0.prefix { $0 != "&" }) }
      let start = marker.flatMap { ids.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
      return .json(["images": .array(ids[start...].prefix(size).map { ["id": .string($0), "name": "n"] })])
    }
  }

  @Test("lists images page by page, by the last id, until a page is empty", arguments: [0, 1, 2, 3, 4, 7])
  func paging(count: Int) async throws {
    let ids = (0..<count).map { "i\($0)" }
    let cloud = pages(of: ids, by: 2)
    let images = try await cloud.client.images().all()
    #expect(images.map(\.id) == ids)
    #expect(cloud.transport.requests.count == (count + 1) / 2 + 1)
  }

  @Test("asks for no page before it is needed")
  func lazy() async throws {
    let cloud = pages(of: (0..<10).map { "i\($0)" }, by: 2)
    var seen: [String] = []
    for try await image in cloud.client.images() {
      seen.append(image.id)
      if seen.count == 3 { break }
    }
    #expect(seen == ["i0", "i1", "i2"] && cloud.transport.requests.count == 2)
  }

  @Test("stops at a marker that does not move on")
  func repeatedMarker() async throws {
    let cloud = TestCloud { _, _ in .json(["images": [["id": "a"], ["id": "b"]]]) }
    #expect(try await cloud.client.images().all().map(\.id) == ["a", "b"])
    #expect(cloud.transport.requests.count == 2)
  }

  @Test("encodes the filters of a list")
  func filters() async throws {
    let cloud = TestCloud { _, _ in .json(["images": []]) }
    var query = ImageQuery(name: "web 01&x=1")
    query.tag = "team=platform"
    query.status = "active"
    query.pageSize = 7
    query.other = ["__whole_image": "false"]
    _ = try await cloud.client.images(query).all()
    let url = try #require(cloud.transport.requests.first?.url)
    #expect(url.hasPrefix("https://ims.test/v2/cloudimages?"))
    for part in [
      "__imagetype=private", "name=web%2001%26x%3D1", "tag=team%3Dplatform", "status=active", "limit=7",
      "__whole_image=false",
    ] {
      #expect(url.contains(part), "\(url)")
    }
  }

  @Test("says so when a list is none")
  func noList() async {
    let cloud = TestCloud { _, _ in .json(["pictures": []]) }
    await #expect(throws: CloudError.self) { try await cloud.client.images().all() }
  }

  @Test("waits until a deleted image is gone from the list")
  func waitGone() async throws {
    let cloud = TestCloud { request, index in
      if request.method == "DELETE" { return HTTPResponse(status: 204) }
      return .json(["images": index < 4 ? [["id": "i1"]] : []])
    }
    try await cloud.run(for: .seconds(100)) {
      try await cloud.client.delete("i1")
      try await cloud.client.waitGone("i1")
    }
    #expect(cloud.transport.requests.map(\.method) == ["DELETE", "GET", "GET", "GET", "GET"])
    #expect(cloud.transport.requests[1].url.contains("id=i1"))
  }

  @Test("waits for a deleted image no longer than it may")
  func waitGoneLimit() async {
    let cloud = TestCloud { _, _ in .json(["images": [["id": "i1"]]]) }
    let error = await #expect(throws: ImportError.self) {
      try await cloud.run(for: .seconds(2000)) { try await cloud.client.waitGone("i1") }
    }
    #expect(error?.kind == .timeout && error?.retryable == true)
  }

  @Test("sets, removes and reads tags, and asks for the quota")
  func tagsAndQuota() async throws {
    let cloud = TestCloud { request, _ in
      if request.url.hasSuffix("/quota") {
        return .json(["quotas": ["resources": [["type": "image", "used": 1, "quota": 50]]]])
      }
      return request.method == "GET" ? .json(["tags": [["key": "a", "value": "1"]]]) : HTTPResponse(status: 204)
    }
    try await cloud.client.setTags("i1", [ImageTag(key: "a", value: "1")])
    try await cloud.client.removeTags("i1", keys: ["b"])
    try await cloud.client.setTags("i1", [])
    #expect(try await cloud.client.tags("i1") == [ImageTag(key: "a", value: "1")])
    #expect(try await cloud.client.quota().free == 49)
    let bodies = cloud.transport.requests.prefix(2).map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(bodies[0] == #"{"action":"create","tags":[{"key":"a","value":"1"}]}"#)
    #expect(bodies[1] == #"{"action":"delete","tags":[{"key":"b"}]}"#)
    #expect(cloud.transport.requests[0].url.hasSuffix("/v2/0123456789abcdef0123456789abcdef/images/i1/tags/action"))
    #expect(cloud.transport.requests.count == 4)
  }
}
