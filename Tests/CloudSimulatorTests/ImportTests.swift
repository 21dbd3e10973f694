import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("Quick import on the local cloud")
struct ImportTests {
  @Test("A system disk is imported from a real ZVHD2 file, and the image is what was asked for")
  func systemImage() async throws {
    try await TestCloud.run { cloud async throws in
      let bytes = try cloud.putZVHD2("images", "os/web.zvhd2")
      let token = try await cloud.token()
      let request: JSONValue = [
        "name": "web01", "description": "first", "image_url": "images:os/web.zvhd2", "os_version": "CentOS 7.0 64bit",
        "min_disk": 40, "type": "ECS", "architecture": "x86", "hw_firmware_type": "uefi",
        "image_tags": [["key": "env", "value": "prod"]],
      ]
      let id = try await cloud.submit(request, token: token)
      let job = try await cloud.finished(id, token: token)
      #expect(job["status"]?.stringValue == "SUCCESS", "\(job)")
      #expect(job["job_id"]?.stringValue == id)
      #expect(job["job_type"]?.stringValue == "imsImportImageJob")
      #expect(job["error_code"] == .null)
      let begin = try #require(TimeText.parse(job["begin_time"]?.stringValue ?? ""))
      let end = try #require(TimeText.parse(job["end_time"]?.stringValue ?? ""))
      #expect(end.timeIntervalSince(begin) >= 62)
      let imageID = try #require(job["entities"]?["image_id"]?.stringValue)
      let (status, image) = try await cloud.ims("GET", "/v2/images/\(imageID)", token: token)
      #expect(status == 200)
      #expect(image["name"]?.stringValue == "web01")
      #expect(image["status"]?.stringValue == "active")
      #expect(image["min_disk"]?.intValue == 40)
      #expect(image["__os_version"]?.stringValue == "CentOS 7.0 64bit")
      #expect(image["__os_type"]?.stringValue == "Linux")
      #expect(image["__platform"]?.stringValue == "CentOS")
      #expect(image["hw_firmware_type"]?.stringValue == "uefi")
      #expect(image["virtual_env_type"]?.stringValue == "FusionCompute")
      #expect(image["__image_size"]?.stringValue == String(bytes.count))
      #expect(image["__data_origin"]?.stringValue == "file,images:os/web.zvhd2")
      #expect(image["owner"]?.stringValue == cloud.access.projectID)
      #expect(image["tags"] == ["env.prod"])
      #expect(image["protected"] == false)
    }
  }

  @Test("A data disk is imported from a RAW file with its bitmap")
  func dataImage() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.putRaw(size: 3 << 20, "images", "data01.raw")
      let token = try await cloud.token()
      let id = try await cloud.submit(
        [
          "name": "data01", "image_url": "images:data01.raw", "os_type": "Windows", "min_disk": 1, "type": "DataImage",
          "tags": ["env.prod", "team.a"],
        ], token: token)
      let job = try await cloud.finished(id, token: token)
      #expect(job["status"]?.stringValue == "SUCCESS", "\(job)")
      #expect(job["job_type"]?.stringValue == "imsImportDataImageJob")
      let list = try await cloud.ims("GET", "/v2/cloudimages?name=data01", token: token).json
      let image = try #require(list["images"]?[0])
      #expect(image["virtual_env_type"]?.stringValue == "DataImage")
      #expect(image["__os_type"]?.stringValue == "Windows")
      #expect(image["disk_format"]?.stringValue == "raw")
    }
  }

  @Test("The requests of the API page are taken, but for its wrong extension")
  func seedRequests() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.putZVHD2("ims-image", "centos70.zvhd2")
      let token = try await cloud.token()
      for tags: (String, JSONValue) in [
        ("tags", ["aaa.111", "bbb.333", "ccc.444"]),
        ("image_tags", [["key": "key2", "value": "value2"], ["key": "key1", "value": "value1"]]),
      ] {
        var request: [String: JSONValue] = [
          "name": "ims_test_file", "description": "Create an image using a file in the OBS bucket.",
          "image_url": "ims-image:centos70.zvhd2", "min_disk": 40, tags.0: tags.1,
        ]
        request["os_version"] = "CentOS 7.0 64bit"
        request["type"] = "ECS"
        let system = try await cloud.finished(cloud.submit(.object(request), token: token), token: token)
        #expect(system["status"]?.stringValue == "SUCCESS")
        request["os_version"] = nil
        request["os_type"] = "Linux"
        request["type"] = "DataImage"
        let data = try await cloud.finished(cloud.submit(.object(request), token: token), token: token)
        #expect(data["status"]?.stringValue == "SUCCESS")
      }
    }
  }

  @Test("Bodies that are missing or no JSON object get the codes for that")
  func badBodies() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      for (body, code) in [("", "IMG.0007"), ("{", "IMG.0001"), ("[]", "IMG.0001"), ("\u{FEFF}nonsense", "IMG.0001")] {
        let response = try await cloud.send(
          "POST", "/v2/cloudimages/quickimport/action", headers: [("X-Auth-Token", token)], body: Array(body.utf8))
        #expect(response.status == 400)
        #expect(try JSONValue(parsing: response.body)["error"]?["code"]?.stringValue == code, "\(body)")
      }
      let large = try await cloud.send(
        "POST", "/v2/cloudimages/quickimport/action", headers: [("X-Auth-Token", token)],
        body: [UInt8](repeating: 32, count: (12 << 20) + 1))
      #expect(large.status == 413)
      #expect(try JSONValue(parsing: large.body)["error_code"]?.stringValue == "APIGW.0201")
    }
  }

  @Test("The quota counts images that are being made and frees those that failed or went")
  func quota() async throws {
    try await TestCloud.run({ $0.imageQuota = 2 }) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      func used() async throws -> Int? {
        try await cloud.ims("GET", "/v1/cloudimages/quota", token: token).json["quotas"]?["resources"]?[0]?["used"]?
          .intValue
      }
      #expect(try await used() == 0)
      let failed = try await cloud.submit(TestCloud.system("bad", url: "images:none.zvhd2"), token: token)
      let failure = try await cloud.finished(failed, token: token)
      #expect(failure["status"]?.stringValue == "FAIL")
      #expect(try await used() == 0)
      var last: JSONValue = .null
      for name in ["a", "b"] {
        last = try await cloud.finished(
          cloud.submit(TestCloud.system(name, url: "images:a.zvhd2"), token: token), token: token)
      }
      #expect(try await used() == 2)
      let refused = try await cloud.ims(
        "POST", "/v2/cloudimages/quickimport/action", TestCloud.system("c", url: "images:a.zvhd2"), token: token)
      #expect(refused.status == 400)
      #expect(refused.json["error"]?["code"]?.stringValue == "IMG.0015")
      let id = try #require(last["entities"]?["image_id"]?.stringValue)
      let deleted = try await cloud.ims("DELETE", "/v2/images/\(id)", token: token)
      #expect(deleted.status == 204)
      while try await used() == 2 { try await Task.sleep(for: .milliseconds(1)) }
      _ = try await cloud.submit(TestCloud.system("c", url: "images:a.zvhd2"), token: token)
    }
  }

  @Test("So many tasks run at a time and no more; a finished one makes room")
  func tasks() async throws {
    try await TestCloud.run(
      scale: 1,
      {
        $0.concurrentTasks = 3; $0.jobQueueDelay = .seconds(3600)
      }
    ) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      for name in ["a", "b", "c"] {
        let id = try await cloud.submit(TestCloud.system(name, url: "images:a.zvhd2"), token: token)
        let job = try await cloud.job(id, token: token)
        #expect(job["status"]?.stringValue == "INIT")
        #expect(job["end_time"] == .null)
        #expect(job["entities"]?["image_id"] == nil)
      }
      let refused = try await cloud.ims(
        "POST", "/v2/cloudimages/quickimport/action", TestCloud.system("d", url: "images:a.zvhd2"), token: token)
      #expect(refused.json["error"]?["code"]?.stringValue == "IMG.0060")
      let list = try await cloud.ims("GET", "/v2/cloudimages?status=queued", token: token).json
      #expect(list["images"]?.arrayValue?.count == 3)
      let id = try #require(list["images"]?[0]?["id"]?.stringValue)
      let early = try await cloud.ims("DELETE", "/v2/images/\(id)", token: token)
      #expect(early.json["error"]?["code"]?.stringValue == "IMG.0090")
    }
  }

  @Test("A running job tells its progress, and both kinds of job query answer")
  func progress() async throws {
    try await TestCloud.run(
      scale: 1,
      {
        $0.dialect = .huawei
        $0.jobQueueDelay = .zero
        $0.jobBaseDuration = .milliseconds(800)
        $0.jobDurationPerGiB = .zero
      }
    ) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      let id = try await cloud.submit(TestCloud.system("a", url: "images:a.zvhd2"), token: token)
      var values: [Double] = []
      var last = JSONValue.null
      while last["status"]?.stringValue != "SUCCESS" {
        last = try await cloud.ims("GET", "/v1/cloudimages/job/\(id)", token: token).json
        if last["status"]?.stringValue == "RUNNING" {
          values.append(last["entities"]?["process_percent"]?.doubleValue ?? -1)
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(values == values.sorted())
      #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
      #expect(last["entities"]?["process_percent"]?.doubleValue == 1)
      #expect(last["entities"]?["image_id"]?.stringValue?.count == 36)
    }
  }

  @Test("Unknown jobs, projects and paths are refused in the documented shapes")
  func unknown() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      let job = try await cloud.ims("GET", "/v1/\(cloud.access.projectID)/jobs/none", token: token)
      #expect(job.status == 404)
      let project = try await cloud.ims("GET", "/v1/\(String(repeating: "0", count: 32))/jobs/none", token: token)
      #expect(project.json["error"]?["code"]?.stringValue == "IMG.0030")
      for path in [
        "/v2/nothing", "/v1/cloudimages/job/x", "/v2.1/cloudimages/quickimport/action", "/v1/cloudimages/x/y/z",
      ] {
        let answer = try await cloud.ims("GET", path, token: token)
        #expect(answer.status == 404, "\(path)")
        #expect(answer.json["error_code"]?.stringValue == "APIGW.0101", "\(path)")
      }
    }
  }

  @Test("Switches: safe mode, unique names, unlisted systems, sub jobs, job types, the status of unknown jobs")
  func switches() async throws {
    try await TestCloud.run({
      $0.offersSafeMode = true
      $0.refusesDuplicateNames = true
      $0.refusesUnlistedOSVersions = true
      $0.reportsSubJobs = true
      $0.systemJobType = "imsOtherJob"
      $0.unknownJobStatus = 400
    }) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      let request = TestCloud.system("a", url: "images:a.zvhd2")
      let answer = try await cloud.ims("POST", "/v2.1/cloudimages/quickimport/action", request, token: token)
      #expect(answer.status == 200)
      let job = try await cloud.finished(#require(answer.json["job_id"]?.stringValue), token: token)
      #expect(job["job_type"]?.stringValue == "imsOtherJob")
      #expect(job["entities"]?["image_id"] == nil)
      let sub = try #require(job["entities"]?["sub_jobs_result"]?[0])
      #expect(sub["job_type"]?.stringValue == "imsImportBigFileImageJob")
      #expect(sub["entities"]?["image_id"]?.stringValue?.count == 36)
      let twice = try await cloud.ims("POST", "/v2/cloudimages/quickimport/action", request, token: token)
      #expect(twice.json["error"]?["code"]?.stringValue == "IMG.0009")
      var unlisted = try #require(TestCloud.system("b", url: "images:a.zvhd2").objectValue)
      unlisted["os_version"] = "Plan 9 64bit"
      let refused = try await cloud.ims("POST", "/v2/cloudimages/quickimport/action", .object(unlisted), token: token)
      #expect(refused.json["error"]?["code"]?.stringValue == "IMG.0056")
      #expect(try await cloud.ims("GET", "/v1/\(cloud.access.projectID)/jobs/none", token: token).status == 400)
    }
  }

  @Test("An image that shows only at the end of its import is in no list before")
  func visibility() async throws {
    try await TestCloud.run(scale: 1, { $0.imageVisibility = .atEnd }) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      _ = try await cloud.submit(TestCloud.system("a", url: "images:a.zvhd2"), token: token)
      let list = try await cloud.ims("GET", "/v2/cloudimages", token: token).json
      #expect(list["images"]?.arrayValue?.isEmpty == true)
    }
  }
}
