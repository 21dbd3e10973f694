import CloudAccess
import Foundation
import Logging
import Testing

@testable import CloudSimulator

@Suite("Signed requests to the local cloud's gateway")
struct SigningTests {
  private func send(
    _ cloud: TestCloud, _ method: String, _ path: String, form: SigningForm, key: AccessKey? = nil, date: Date = Date(),
    headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, change: (inout HTTPRequest) -> Void = { _ in }
  ) async throws -> HTTPResponse {
    var request = HTTPRequest(method: method, url: cloud.access.endpoint + path, headers: headers, body: body)
    request.headers.append(("X-Project-Id", cloud.access.projectID))
    request = RequestSigner.sign(
      request, key: key ?? cloud.key, form: form, date: Timestamp.compactUTC(date), region: "eu-de", service: "ims")
    request.headers.removeAll { $0.name == "Host" }
    change(&request)
    return try await cloud.transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
  }

  @Test("Both forms pass, with bodies, queries and patches", arguments: SigningForm.allCases)
  func pass(form: SigningForm) async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let body = Array(TestCloud.system("one two", url: "images:a.zvhd2").serialized().utf8)
      let json = [(name: "Content-Type", value: "application/json")]
      let submit = try await send(
        cloud, "POST", "/v2/cloudimages/quickimport/action", form: form, headers: json, body: body)
      #expect(submit.status == 200, "\(submit.text)")
      let id = try #require(JSONValue(parsing: submit.body)["job_id"]?.stringValue)
      var status: String?
      var image: String?
      while status != "SUCCESS" {
        let job = try await send(cloud, "GET", "/v1/\(cloud.access.projectID)/jobs/\(id)", form: form)
        let answer = try JSONValue(parsing: job.body)
        try #require(job.status == 200 && answer["status"]?.stringValue != "FAIL", "\(job.text)")
        (status, image) = (answer["status"]?.stringValue, answer["entities"]?["image_id"]?.stringValue)
      }
      let list = try await send(cloud, "GET", "/v2/cloudimages?name=one%20two&limit=5&__imagetype=private", form: form)
      #expect(try JSONValue(parsing: list.body)["images"]?.arrayValue?.count == 1)
      let patch = try await send(
        cloud, "PATCH", "/v2/images/\(image ?? "")", form: form,
        headers: [("Content-Type", "application/openstack-images-v2.1-json-patch")],
        body: Array(#"[{"op":"replace","path":"/name","value":"three"}]"#.utf8))
      #expect(patch.status == 200, "\(patch.text)")
      let projects = try await send(cloud, "GET", "/v3/projects?name=eu-de", form: form)
      #expect(projects.status == 200)
    }
  }

  @Test(
    "Wrong keys, changed requests and far dates are refused with APIGW.0301 and no secret",
    arguments: SigningForm.allCases)
  func refusals(form: SigningForm) async throws {
    try await TestCloud.run { cloud async throws in
      let wrong = AccessKey(access: cloud.access.accessKey, secret: Secret("wrong"))
      let foreign = AccessKey(access: "NOBODY", secret: Secret(cloud.access.secretKey))
      let answers = [
        try await send(cloud, "GET", "/v2/cloudimages", form: form, key: wrong),
        try await send(cloud, "GET", "/v2/cloudimages", form: form, key: foreign),
        try await send(cloud, "GET", "/v2/cloudimages", form: form, date: Date(timeIntervalSinceNow: 1000)),
        try await send(cloud, "GET", "/v2/cloudimages", form: form) { $0.url += "?limit=1" },
        try await send(cloud, "POST", "/v2/cloudimages/quickimport/action", form: form, body: [0x7B, 0x7D]) {
          $0.body = [0x7B, 0x20, 0x7D]
        },
        try await send(cloud, "GET", "/v2/cloudimages", form: form) { request in
          request.headers.removeAll { $0.name == "X-Project-Id" }
        },
        try await send(cloud, "GET", "/v2/cloudimages", form: form) { request in
          request.setHeader("Authorization", "SDK-HMAC-SHA256 nonsense")
        },
      ]
      for answer in answers {
        #expect(answer.status == 401, "\(answer.text)")
        let body = try JSONValue(parsing: answer.body)
        #expect(body["error_code"]?.stringValue == "APIGW.0301")
        #expect(body["request_id"]?.stringValue == answer.header("X-Request-Id"))
        #expect(!answer.text.contains(cloud.access.secretKey))
      }
    }
  }

  @Test("Forms can be switched off, the skew check too")
  func switches() async throws {
    try await TestCloud.run({
      $0.signingForms = [.b]; $0.maximumClockSkew = nil
    }) { cloud async throws in
      let old = Date(timeIntervalSince1970: 1_000_000_000)
      #expect(try await send(cloud, "GET", "/v2/cloudimages", form: .a).status == 401)
      #expect(try await send(cloud, "GET", "/v2/cloudimages", form: .b, date: old).status == 200)
    }
  }

  @Test("The session of this package logs in, and signs, by the profiles of the access")
  func session() async throws {
    try await TestCloud.run { cloud async throws in
      for profile in [cloud.access.profile, cloud.access.signedProfile] {
        let session = CloudSession(
          profile: profile, transport: cloud.transport, time: SystemTime(), logger: Logger(label: "test"))
        let answer = try await session.send(APICall(path: "/v2/cloudimages", query: [("limit", "1")]))
        #expect(answer.json?["images"]?.arrayValue?.isEmpty == true)
        #expect(try await session.projectID() == cloud.access.projectID)
        #expect(try await session.endpoint(.objectStorage) == cloud.access.endpoint)
      }
    }
  }

  @Test("The access is one JSON object with the agreed keys")
  func access() async throws {
    try await TestCloud.run { cloud async throws in
      let text = try JSONEncoder().encode(cloud.access)
      let keys = try #require(JSONSerialization.jsonObject(with: text) as? [String: String]).keys.sorted()
      #expect(
        keys == [
          "access_key", "domain", "endpoint", "password", "project", "project_id", "region", "secret_key", "user",
        ])
      #expect(try JSONDecoder().decode(LocalCloudAccess.self, from: text) == cloud.access)
    }
  }
}
