import Cassette
import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Synchronization
import Testing

@testable import slipway

@Suite("What a dry run lets through to the cloud")
struct DryRunTransportTests {
  /// Answers everything with an empty object, and remembers what came.
  private final class Below: HTTPTransport {
    let seen = Mutex<[String]>([])

    func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
      seen.withLock { $0.append("\(request.method) \(request.url)") }
      return HTTPResponse(status: 200, body: Array("{}".utf8))
    }
  }

  private static let paths = [
    "/v2/cloudimages/quickimport/action", "/v2/cloudimages", "/v2/cloudimages/i-1", "/v2/images/i-1", "/v1/p/jobs/j-1",
    "/v2/p/images/i-1/tags/action", "/v2/p/images/i-1/tags", "/v1/cloudimages/quota",
    "/v2.1/cloudimages/quickimport/action",
    "/v3/auth/tokens/x", "/v3/auth/tokens", "/v2/images/auth/tokens", "/v3/projects", "/bucket/key", "/bucket",
    "/bucket/key?uploads", "/bucket/key?uploadId=1",
    "/bucket/key?partNumber=1&uploadId=1", "/bucket?delete", "/", "/v2/images/i-1/../../v3/auth/tokens",
  ]

  @Test(
    "No request but GET, HEAD and the login reaches the cloud, whatever its path and signature",
    arguments: [nil, "OBS access:signature", "AWS4-HMAC-SHA256 Credential=x", "SDK-HMAC-SHA256 Access=x"])
  func changes(authorization: String?) async throws {
    let below = Below()
    for isPathStyle in [true, false] {
      let transport = DryRunTransport(
        below: below, book: DryRunBook(start: Date()), reads: DryRunReads(requestsPerSecond: 1e6),
        isPathStyle: isPathStyle, now: { Date() })
      for method in ["POST", "PUT", "PATCH", "DELETE", "COPY", "OPTIONS", "post", "get", ""] {
        for path in Self.paths {
          var request = HTTPRequest(method: method, url: "https://cloud.example\(path)", body: Array("{}".utf8))
          if let authorization { request.setHeader("Authorization", authorization) }
          _ = try? await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
        }
      }
    }
    let changing = below.seen.withLock { $0 }.filter { $0 != "POST https://cloud.example/v3/auth/tokens" }
    #expect(changing.isEmpty, "\(changing)")
  }

  @Test("A login and a question reach it, a question that was asked before does not")
  func questions() async throws {
    let below = Below()
    let transport = DryRunTransport(
      below: below, book: DryRunBook(start: Date()), reads: DryRunReads(requestsPerSecond: 1e6), isPathStyle: true,
      now: { Date() })
    for request in [
      HTTPRequest(method: "POST", url: "https://cloud.example/v3/auth/tokens"),
      HTTPRequest(method: "GET", url: "https://cloud.example/v2/cloudimages?limit=3"),
      HTTPRequest(method: "GET", url: "https://cloud.example/v2/cloudimages?limit=3"),
    ] {
      _ = try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
    }
    #expect(
      below.seen.withLock { $0 } == [
        "POST https://cloud.example/v3/auth/tokens", "GET https://cloud.example/v2/cloudimages?limit=3",
      ])
  }

  @Test("Secrets go by their values, in texts and in JSON, the longest first")
  func secrets() throws {
    var profile = CloudProfile(
      name: "x", dialect: .otc, region: "eu-de", authURL: "https://iam.example/v3",
      credentials: .password(PasswordCredentials(userName: "u", password: Secret("hunter2-long"))))
    profile.objectStorageKey = AccessKey(access: "AK", secret: Secret("hunter2-long-er"))
    let scrubber = SecretScrubber()
    scrubber.add(environment: ["MY_TOKEN": "tok-4711", "HOME": "/root", "A_SECRET": "abc"])
    scrubber.add(profile)
    #expect(
      scrubber.text("a hunter2-long-er b hunter2-long c tok-4711 abc /root")
        == "a <secret> b <secret> c <secret> abc /root")
    #expect(scrubber.json(["tok-4711": ["x tok-4711"]] as JSONValue) == ["<secret>": ["x <secret>"]])
  }
}
