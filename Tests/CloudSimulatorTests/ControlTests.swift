import CloudAccess
import Foundation
import NIOCore
import Testing

@testable import CloudSimulator

@Suite("The control endpoint")
struct ControlTests {
  private func control(
    _ cloud: TestCloud, _ method: String, _ path: String, _ body: JSONValue? = nil,
    headers: [(name: String, value: String)] = []
  ) async throws -> (status: Int, json: JSONValue) {
    let response = try await cloud.send(
      method, "/_control/" + path, headers: headers, body: body.map { Array($0.serialized().utf8) })
    return (response.status, response.body.isEmpty ? .null : try JSONValue(parsing: response.body))
  }

  @Test("Faults are set, listed with what they did, taken back one by one, replaced and cleared while the cloud runs")
  func faults() async throws {
    try await TestCloud.run { cloud in
      var (status, json) = try await control(
        cloud, "POST", "faults", ["effect": "status", "status": 503, "call": "quota", "every": 2])
      #expect(status == 200)
      #expect(json[0]?["id"]?.intValue == 1)
      let token = try await cloud.token()
      var statuses: [Int] = []
      for _ in 0..<4 {
        let reply = try await cloud.send("GET", "/v1/cloudimages/quota", headers: [("X-Auth-Token", token)])
        statuses.append(reply.status)
      }
      #expect(statuses == [200, 503, 200, 503])
      (_, json) = try await control(cloud, "GET", "faults")
      #expect(json[0]?["seen"]?.intValue == 4)
      #expect(json[0]?["struck"]?.intValue == 2)
      (_, json) = try await control(
        cloud, "POST", "faults", ["faults": ["reply_cut:list", ["effect": "request_cut"]], "seed": 5])
      #expect(json.arrayValue?.compactMap { $0["id"]?.intValue } == [2, 3])
      (status, _) = try await control(cloud, "DELETE", "faults/2")
      #expect(status == 204)
      (status, json) = try await control(cloud, "DELETE", "faults/2")
      #expect(status == 404)
      (_, json) = try await control(cloud, "PUT", "faults", ["reply_lost_before:submit"])
      #expect(json.arrayValue?.count == 1)
      (_, json) = try await control(cloud, "GET", "faults")
      #expect(json.arrayValue?.compactMap { $0["effect"]?.stringValue } == ["reply_lost_before"])
      (status, _) = try await control(cloud, "DELETE", "faults")
      #expect(status == 204)
      #expect(cloud.cloud.faults.isEmpty)
    }
  }

  @Test("A mistake is answered with 400 and its place, and changes nothing")
  func mistakes() async throws {
    try await TestCloud.run { cloud in
      for (path, body, text) in [
        ("faults", ["effect": "reply"] as JSONValue, "'effect' must be one of"),
        ("faults", ["reply_cut", "reply_cut:sumbit"], "'call' must be one of"),
        ("faults", 3, "expected a map or a list"),
        ("faults", ["switches": ["unique_names": 3]], "'unique_names' must be true or false"),
        ("clock", ["advance": "soon"], "expected 'advance'"), ("clock", [:], "expected 'advance'"),
      ] {
        let (status, json) = try await control(cloud, "POST", path, body)
        #expect(status == 400)
        #expect(json["error"]?.stringValue?.contains(text) == true, "\(json)")
      }
      let (status, json) = try await control(
        cloud, "PATCH", "switches", ["image_quota": 3, "unique_names": "yes"])
      #expect(status == 400)
      #expect(json["error"]?.stringValue?.contains("'unique_names' must be true or false") == true)
      let broken = try await cloud.send("POST", "/_control/faults", body: Array("{".utf8))
      #expect(broken.status == 400)
      #expect(cloud.cloud.faults.isEmpty)
      #expect(cloud.cloud.core.configuration.imageQuota == 50)
      let answer1 = try await control(cloud, "GET", "nothing")
      #expect(answer1.status == 404)
    }
  }

  @Test("Switches and the clock of a running cloud change at once, and the state tells what there is")
  func switchesAndClock() async throws {
    try await TestCloud.run(scale: 1) { cloud in
      try cloud.putSample()
      let token = try await cloud.token()
      let job = try await cloud.submit(TestCloud.system("web", url: "images:x.zvhd2", minDisk: 40), token: token)
      var (status, json) = try await control(cloud, "PATCH", "switches", ["unique_names": true, "job_base": "2h"])
      #expect(status == 200)
      #expect(json["job_base"]?.doubleValue == 7200)
      (status, json) = try await cloud.ims(
        "POST", "/v2/cloudimages/quickimport/action", TestCloud.system("web", url: "images:x.zvhd2", minDisk: 40),
        token: token)
      #expect(status == 400)
      #expect(json["error"]?["code"]?.stringValue == "IMG.0009")

      _ = try await control(cloud, "POST", "clock", ["advance": "3s"])
      for _ in 0..<2000 {
        if try await cloud.job(job, token: token)["entities"]?["current_task"] != nil { break }
        try await Task.sleep(for: .milliseconds(1))
      }
      let answer2 = try await cloud.job(job, token: token)
      #expect(answer2["status"]?.stringValue == "RUNNING")
      (_, json) = try await control(cloud, "POST", "clock", ["advance": 7200])
      #expect(json["cloud"]?.stringValue ?? "" > json["real"]?.stringValue ?? "~")
      // The file is read on a thread of its own, and the job ends no earlier than that.
      _ = try await cloud.finished(job, token: token)
      (_, json) = try await control(cloud, "GET", "state")
      #expect(json["jobs"]?[0]?["status"]?.stringValue == "SUCCESS")
      #expect(json["images"]?[0]?["name"]?.stringValue == "web")
      #expect(json["images"]?[0]?["status"]?.stringValue == "active")
      #expect(json["calls"]?["submit"]?.intValue == 2)
      #expect(json["calls"]?["token"]?.intValue == 1)
    }
  }

  @Test("Only callers on this machine that are no web page are answered, and the endpoint can be switched off")
  func callers() async throws {
    try await TestCloud.run { cloud in
      let answer3 = try await control(cloud, "GET", "state", headers: [("Origin", "http://example.com")])
      #expect(answer3.status == 403)
      let answer4 = try await control(cloud, "GET", "state")
      #expect(answer4.status == 200)
    }
    for (address, isLocal) in [
      ("127.0.0.1", true), ("127.8.9.10", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false),
      ("192.168.1.127", false), ("2001:db8::1", false), ("::ffff:10.0.0.1", false), ("0.0.0.0", false),
    ] {
      #expect(ControlService.isLocal(try SocketAddress(ipAddress: address, port: 1)) == isLocal, "\(address)")
    }
    #expect(!ControlService.isLocal(nil))
    try await TestCloud.run {
      $0.offersControl = false
    } _: { cloud in
      let answer5 = try await cloud.send("GET", "/_control/state")
      #expect(answer5.status == 403)
      let answer6 = try await cloud.send("DELETE", "/_control/faults")
      #expect(answer6.status == 403)
    }
  }

  @Test("Void tokens stay void over a restart")
  func revokedTokens() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var old = ""
    var new = ""
    try await TestCloud.run(in: directory) { cloud in
      old = try await cloud.token()
      for _ in 0..<30 { try await Task.sleep(for: .milliseconds(10)) }
      cloud.cloud.add(try Fault("token_refused:quota:count=1"))
      let answer7 = try await cloud.ims("GET", "/v1/cloudimages/quota", token: old)
      #expect(answer7.status == 401)
      let answer8 = try await cloud.ims("GET", "/v1/cloudimages/quota", token: old)
      #expect(answer8.status == 401)
      new = try await cloud.token()
      let answer9 = try await cloud.ims("GET", "/v1/cloudimages/quota", token: new)
      #expect(answer9.status == 200)
    }
    try await TestCloud.run(in: directory) { cloud in
      let answer10 = try await cloud.ims("GET", "/v1/cloudimages/quota", token: old)
      #expect(answer10.status == 401)
      let answer11 = try await cloud.ims("GET", "/v1/cloudimages/quota", token: new)
      #expect(answer11.status == 200)
    }
  }
}
