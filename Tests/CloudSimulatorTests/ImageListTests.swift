import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("Image lists, changes and tags on the local cloud")
struct ImageListTests {
  /// A cloud with images named `image-0` … in the state active, oldest first.
  private func withImages(
    _ count: Int, _ configure: (inout LocalCloudConfiguration) -> Void = { _ in },
    _ body: (TestCloud, String, [String]) async throws -> Void
  ) async throws {
    try await TestCloud.run({
      $0.imageQuota = 10_000
      $0.concurrentTasks = 10_000
      configure(&$0)
    }) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      var ids: [String] = []
      for number in 0..<count {
        var request: [String: JSONValue] = [
          "name": .string("image-\(number)"), "image_url": "images:a.zvhd2",
          "min_disk": .integer(Int64(1 + number % 3)),
          "image_tags": [
            ["key": "group", "value": .string("g\(number % 2)")], ["key": "n", "value": .string("\(number)")],
          ],
        ]
        if number % 5 == 0 {
          request["type"] = "DataImage"
        } else {
          request["os_version"] = number % 2 == 0 ? "CentOS 7.0 64bit" : "Windows Server 2019 Standard 64bit"
        }
        let job = try await cloud.finished(cloud.submit(.object(request), token: token), token: token)
        ids.append(try #require(job["entities"]?["image_id"]?.stringValue, "\(job)"))
      }
      try await body(cloud, token, ids)
    }
  }

  private func names(_ cloud: TestCloud, _ query: String, _ token: String) async throws -> [String] {
    let answer = try await cloud.ims("GET", "/v2/cloudimages?\(query)", token: token)
    #expect(answer.status == 200, "\(query): \(answer.json)")
    return answer.json["images"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
  }

  @Test("Every filter lets through what it should")
  func filters() async throws {
    try await withImages(20) { cloud, token, ids async throws in
      let all = (0..<20).reversed().map { "image-\($0)" }
      func expect(_ query: String, _ numbers: (Int) -> Bool) async throws {
        let expected = (0..<20).reversed().filter(numbers).map { "image-\($0)" }
        #expect(try await names(cloud, query, token) == expected, "\(query)")
      }
      #expect(try await names(cloud, "", token) == all)
      try await expect("name=image-7") { $0 == 7 }
      try await expect("name=image") { _ in false }
      try await expect("id=\(ids[3])") { $0 == 3 }
      try await expect("id=none") { _ in false }
      try await expect("status=active") { _ in true }
      try await expect("status=queued") { _ in false }
      try await expect("__imagetype=private&visibility=private&owner=\(cloud.access.projectID)") { _ in true }
      try await expect("__imagetype=gold") { _ in false }
      try await expect("owner=other") { _ in false }
      try await expect("tag=group%3Dg1") { $0 % 2 == 1 }
      try await expect("tag=group=g1&tag=n%3D3") { $0 == 3 }
      try await expect("tag=group") { _ in false }
      try await expect("min_disk=2") { $0 % 3 == 1 }
      try await expect("disk_format=zvhd2&container_format=bare") { _ in true }
      try await expect("disk_format=qcow2") { _ in false }
      try await expect("__os_type=Windows") { $0 % 2 == 1 && $0 % 5 != 0 }
      try await expect("__platform=CentOS") { $0 % 2 == 0 && $0 % 5 != 0 }
      try await expect("virtual_env_type=DataImage") { $0 % 5 == 0 }
      try await expect("__isregistered=true&protected=false") { _ in true }
      try await expect("__support_kvm_gpu_type=V100") { _ in false }
      try await expect("created_at=gte:2000-01-01T00:00:00Z") { _ in true }
      try await expect("created_at=lt:2000-01-01T00:00:00Z") { _ in false }
      let one = try await cloud.ims("GET", "/v2/images/\(ids[9])", token: token).json
      let created = try #require(one["created_at"]?.stringValue)
      try await expect("created_at=gt:\(created)") { $0 > 9 }
      try await expect("created_at=lte:\(created)") { $0 <= 9 }
      try await expect("created_at=eq:\(created)") { $0 == 9 }
      try await expect("created_at=neq:\(created)") { $0 != 9 }
      for wrong in [
        "limit=x", "sort_key=color", "sort_dir=up", "created_at=after:2000-01-01T00:00:00Z", "updated_at=gte:now",
        "marker=none",
      ] {
        #expect(try await cloud.ims("GET", "/v2/cloudimages?\(wrong)", token: token).status == 400, "\(wrong)")
      }
    }
  }

  @Test("Pages follow each other by marker in every order, and together they are the whole list")
  func paging() async throws {
    try await withImages(23) { cloud, token, _ async throws in
      let orders: [(String, ([String]) -> [String])] = [
        ("", { $0.reversed() }), ("&sort_dir=asc", { $0 }), ("&sort_key=name&sort_dir=asc", { $0.sorted() }),
        ("&sort_key=name", { $0.sorted().reversed() }), ("&sort_key=status&sort_dir=asc", { $0 }),
      ]
      for (order, expected) in orders {
        var found: [String] = []
        var marker = ""
        while true {
          let page = try await cloud.ims(
            "GET", "/v2/cloudimages?limit=4\(order)\(marker.isEmpty ? "" : "&marker=\(marker)")", token: token)
          let images = page.json["images"]?.arrayValue ?? []
          if images.isEmpty { break }
          found += images.compactMap { $0["name"]?.stringValue }
          marker = images.last?["id"]?.stringValue ?? ""
        }
        #expect(found == expected((0..<23).map { "image-\($0)" }), "\(order)")
      }
    }
  }

  @Test("The native list has pages of 25 with links that lead through it")
  func nativePaging() async throws {
    try await withImages(30) { cloud, token, _ async throws in
      var path: String? = "/v2/images?__imagetype=private"
      var sizes: [Int] = []
      while let current = path {
        let (status, json) = try await cloud.ims("GET", current, token: token)
        #expect(status == 200)
        sizes.append(json["images"]?.arrayValue?.count ?? 0)
        #expect(json["schema"]?.stringValue == "/v2/schemas/images")
        #expect(json["first"]?.stringValue == "/v2/images?__imagetype=private")
        path = json["next"]?.stringValue
      }
      #expect(sizes == [25, 5])
    }
  }

  @Test("An image can be renamed and described, but not made another")
  func patch() async throws {
    try await withImages(1) { cloud, token, ids async throws in
      let path = "/v2/cloudimages/\(ids[0])"
      let changed = try await cloud.ims(
        "PATCH", path,
        [
          ["op": "replace", "path": "/name", "value": "new name"],
          ["op": "add", "path": "/__description", "value": "text"],
          ["op": "add", "path": "/min_ram", "value": 1024], ["op": "add", "path": "/color", "value": "red"],
        ], token: token)
      #expect(changed.status == 200)
      let image = try await cloud.ims("GET", "/v2/images/\(ids[0])", token: token).json
      #expect(image == changed.json)
      #expect(image["name"]?.stringValue == "new name")
      #expect(image["__description"]?.stringValue == "text")
      #expect(image["min_ram"]?.intValue == 1024)
      #expect(image["color"]?.stringValue == "red")
      for (operation, code) in [
        (["op": "replace", "path": "/min_disk", "value": 9], "IMG.0105"),
        (["op": "replace", "path": "/name", "value": " x"], "IMG.0003"),
        (["op": "move", "path": "/name", "value": "x"], "IMG.0001"),
        (["op": "add", "path": "/hw_firmware_type", "value": "efi"], "IMG.0141"),
      ] as [(JSONValue, String)] {
        let refused = try await cloud.ims("PATCH", path, [operation], token: token)
        #expect(refused.json["error"]?["code"]?.stringValue == code, "\(operation)")
      }
      #expect(try await cloud.ims("GET", "/v2/images/none", token: token).status == 404)
      #expect(try await cloud.ims("DELETE", "/v2/images/none", token: token).status == 404)
    }
  }

  @Test("A protected image stays; another goes a little after the answer")
  func deletion() async throws {
    try await withImages(2) { cloud, token, ids async throws in
      _ = try await cloud.ims(
        "PATCH", "/v2/images/\(ids[0])", [["op": "replace", "path": "/protected", "value": true]], token: token)
      let refused = try await cloud.ims("DELETE", "/v2/images/\(ids[0])", token: token)
      #expect(refused.json["error"]?["code"]?.stringValue == "IMG.0091")
      let deleted = try await cloud.ims("DELETE", "/v2/images/\(ids[1])", ["delete_backup": true], token: token)
      #expect(deleted.status == 204)
      while try await !names(cloud, "id=\(ids[1])", token).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      #expect(try await names(cloud, "", token) == ["image-0"])
    }
  }

  @Test("Tags are added, replaced, listed and removed by all the calls for that")
  func tags() async throws {
    try await withImages(2) { cloud, token, ids async throws in
      let base = "/v2/\(cloud.access.projectID)/images/\(ids[1])/tags"
      func tags() async throws -> [String: String] {
        let list = try await cloud.ims("GET", base, token: token).json["tags"]?.arrayValue ?? []
        return Dictionary(
          uniqueKeysWithValues: list.map { ($0["key"]?.stringValue ?? "", $0["value"]?.stringValue ?? "") })
      }
      #expect(try await tags() == ["group": "g1", "n": "1"])
      #expect(try await cloud.ims("POST", base, ["tag": ["key": "n", "value": "two"]], token: token).status == 204)
      let batch: JSONValue = ["action": "create", "tags": [["key": "a", "value": "1"], ["key": "b", "value": ""]]]
      #expect(try await cloud.ims("POST", base + "/action", batch, token: token).status == 204)
      let put: JSONValue = ["image_id": .string(ids[1]), "tag": "c.3"]
      #expect(try await cloud.ims("PUT", "/v1/cloudimages/tags", put, token: token).status == 204)
      #expect(try await cloud.ims("PUT", "/v2/images/\(ids[1])/tags/plain", token: token).status == 204)
      #expect(try await tags() == ["group": "g1", "n": "two", "a": "1", "b": "", "c": "3", "plain": ""])
      #expect(try await cloud.ims("DELETE", base + "/a", token: token).status == 204)
      #expect(try await cloud.ims("DELETE", base + "/a", token: token).status == 404)
      let removal: JSONValue = ["action": "delete", "tags": [["key": "b"], ["key": "missing"]]]
      #expect(try await cloud.ims("POST", base + "/action", removal, token: token).status == 204)
      #expect(try await tags() == ["group": "g1", "n": "two", "c": "3", "plain": ""])
      let all = try await cloud.ims("GET", "/v1/cloudimages/tags", token: token).json["tags"]?.arrayValue ?? []
      #expect(all.contains("group.g0") && all.contains("n.two"))
      let keys = try await cloud.ims("GET", "/v2/\(cloud.access.projectID)/images/tags", token: token).json
      let group = keys["tags"]?.arrayValue?.first { $0["key"]?.stringValue == "group" }
      #expect(group?["values"] == ["g0", "g1"])
      let bad: JSONValue = ["tag": ["key": .string(String(repeating: "k", count: 37)), "value": "v"]]
      let refused = try await cloud.ims("POST", base, bad, token: token)
      #expect(refused.json["error"]?["code"]?.stringValue == "IMG.0115")
      let many: JSONValue = [
        "action": "create", "tags": .array((0..<9).map { ["key": .string("k\($0)"), "value": "v"] }),
      ]
      let over = try await cloud.ims("POST", base + "/action", many, token: token)
      #expect(over.json["error"]?["code"]?.stringValue == "IMG.0116")
    }
  }

  @Test("The OS list groups the documented systems by platform")
  func osVersions() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      let answer = try await cloud.ims("GET", "/v1/cloudimages/os_version?tag=x86&tag=uefi", token: token)
      let platforms = try #require(answer.json.arrayValue)
      #expect(platforms.contains { $0["platform"]?.stringValue == "CentOS" })
      let version = try #require(platforms[0]["version_list"]?[0])
      #expect(version["os_version"]?.stringValue?.isEmpty == false)
      #expect(version["os_bit"]?.intValue == 64)
    }
  }
}
