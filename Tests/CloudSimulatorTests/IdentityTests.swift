import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("IAM of the local cloud")
struct IdentityTests {
  private static let json = [(name: "Content-Type", value: "application/json")]

  @Test("A password gives a project token with a catalogue at the address that was reached")
  func login() async throws {
    try await TestCloud.run { cloud async throws in
      let response = try await cloud.send(
        "POST", "/v3/auth/tokens", headers: Self.json, body: Array(cloud.loginBody().utf8))
      #expect(response.status == 201)
      #expect(response.header("X-Request-Id")?.count == 32)
      let token = try #require(response.header("X-Subject-Token"))
      let body = try JSONValue(parsing: response.body)
      #expect(body["token"]?["project"]?["id"]?.stringValue == cloud.access.projectID)
      let catalog = try #require(body["token"]?["catalog"]?.arrayValue)
      #expect(catalog.compactMap { $0["type"]?.stringValue } == ["identity", "image", "object"])
      #expect(catalog[1]["endpoints"]?[0]?["url"]?.stringValue == cloud.access.endpoint)
      #expect(catalog[1]["endpoints"]?[0]?["region_id"]?.stringValue == "eu-de")
      let expires = try #require(CloudDate.parse(body["token"]?["expires_at"]?.stringValue ?? ""))
      #expect(abs(expires.timeIntervalSinceNow - 86400) < 60)
      let list = try await cloud.ims("GET", "/v2/cloudimages", token: token)
      #expect(list.status == 200)
    }
  }

  @Test("The catalogue can be left out, a token made from a token, and a scope from an id")
  func variants() async throws {
    try await TestCloud.run { cloud async throws in
      let short = try await cloud.send(
        "POST", "/v3/auth/tokens?nocatalog=true", headers: Self.json, body: Array(cloud.loginBody().utf8))
      #expect(try JSONValue(parsing: short.body)["token"]?["catalog"]?.arrayValue?.isEmpty == true)
      let first = try #require(short.header("X-Subject-Token"))
      let text =
        #"{"auth":{"identity":{"methods":["token"],"token":{"id":"\#(first)"}},"scope":{"project":{"id":"\#(cloud.access.projectID)"}}}}"#
      let second = try await cloud.send("POST", "/v3/auth/tokens", headers: Self.json, body: Array(text.utf8))
      #expect(second.status == 201)
      #expect(second.header("X-Subject-Token") != first)
    }
  }

  @Test("Wrong passwords, projects, bodies and tokens are refused in IAM's words")
  func refusals() async throws {
    try await TestCloud.run { cloud async throws in
      for (body, status) in [
        (cloud.loginBody(password: "wrong"), 401), (cloud.loginBody(scope: #""project":{"name":"eu-nl"}"#), 401),
        ("{", 400), ("{}", 400), (#"{"auth":{"identity":{"methods":["totp"]}}}"#, 400),
      ] {
        let response = try await cloud.send("POST", "/v3/auth/tokens", headers: Self.json, body: Array(body.utf8))
        #expect(response.status == status, "\(body)")
        let error = try JSONValue(parsing: response.body)["error"]
        #expect(error?["code"]?.intValue == status)
        #expect(error?["title"]?.stringValue?.isEmpty == false)
        #expect(!String(decoding: response.body, as: UTF8.self).contains(cloud.access.password))
      }
      #expect(try await cloud.send("GET", "/v3/auth/projects").status == 401)
      let unknown = try await cloud.ims("GET", "/v2/cloudimages", token: "nonsense")
      #expect(unknown.status == 401)
      #expect(unknown.json["error_code"]?.stringValue == "APIGW.0301")
      #expect(unknown.json["request_id"]?.stringValue?.count == 32)
    }
  }

  @Test("Projects, domains, catalogue, the token itself and the versions can be asked for")
  func lookups() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      let headers = [(name: "X-Auth-Token", value: token), (name: "X-Subject-Token", value: token)]
      func get(_ path: String) async throws -> JSONValue {
        let response = try await cloud.send("GET", path, headers: headers)
        #expect(response.status == 200, "\(path)")
        return try JSONValue(parsing: response.body)
      }
      #expect(try await get("/v3/auth/projects")["projects"]?[0]?["id"]?.stringValue == cloud.access.projectID)
      #expect(try await get("/v3/projects?name=eu-de")["projects"]?.arrayValue?.count == 1)
      #expect(try await get("/v3/projects?name=eu-nl")["projects"]?.arrayValue?.isEmpty == true)
      #expect(try await get("/v3/auth/domains")["domains"]?[0]?["name"]?.stringValue == "local")
      #expect(try await get("/v3/auth/catalog")["catalog"]?.arrayValue?.count == 3)
      #expect(try await get("/v3/auth/tokens")["token"]?["user"]?["name"]?.stringValue == cloud.access.user)
      #expect(try await get("/v3")["version"]?["id"]?.stringValue?.hasPrefix("v3") == true)
      let root = try await cloud.send("GET", "/")
      #expect(root.status == 300)
      #expect(try JSONValue(parsing: root.body)["versions"]?["values"]?[0]?["status"]?.stringValue == "stable")
    }
  }

  @Test("A token ends after its real life time")
  func expiry() async throws {
    try await TestCloud.run({ $0.tokenLifetime = .milliseconds(1) }) { cloud async throws in
      let token = try await cloud.token()
      try await Task.sleep(for: .milliseconds(5))
      #expect(try await cloud.ims("GET", "/v2/cloudimages", token: token).status == 401)
    }
  }

  @Test("A token without project scope cannot use the image service")
  func domainScope() async throws {
    try await TestCloud.run { cloud async throws in
      let body = cloud.loginBody(scope: #""domain":{"name":"local"}"#)
      let response = try await cloud.send("POST", "/v3/auth/tokens", headers: Self.json, body: Array(body.utf8))
      let token = try #require(response.header("X-Subject-Token"))
      let answer = try await cloud.ims("GET", "/v2/cloudimages", token: token)
      #expect(answer.status == 403)
      #expect(answer.json["error_code"]?.stringValue == "APIGW.0302")
    }
  }

  @Test("Credentials are kept with mode 0600, and tokens survive a restart without standing on disk")
  func restart() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var first: LocalCloudAccess?
    var token = ""
    try await TestCloud.run(in: directory) { cloud async throws in
      first = cloud.access
      token = try await cloud.token()
      let mode = try FileManager.default.attributesOfItem(atPath: directory + "/credentials.json")[.posixPermissions]
      #expect(mode as? Int == 0o600)
      #expect(throws: LocalCloudError.self) {
        try LocalCloud(configuration: LocalCloudConfiguration(dataDirectory: directory))
      }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix("cloud.sqlite") {
      let data = try #require(FileManager.default.contents(atPath: directory + "/" + name))
      #expect(data.range(of: Data(token.utf8)) == nil)
    }
    try await TestCloud.run(in: directory) { cloud async throws in
      #expect(cloud.access.secretKey == first?.secretKey)
      #expect(cloud.access.projectID == first?.projectID)
      let answer = try await cloud.ims("GET", "/v2/cloudimages", token: token)
      #expect(answer.status == 200)
    }
  }
}
