import Foundation
import Testing

@testable import CloudAccess

@Suite("Servers that quote what they were sent")
struct QuotedSecretTests {
  private static let password = #"hush "\ hush"#

  private func session(_ server: ScriptedServer, _ log: LogCatcher) -> CloudSession {
    let profile = CloudProfile(
      name: "test", dialect: .otc, region: "eu-de", authURL: server.url + "/v3",
      credentials: .password(
        PasswordCredentials(userName: "me", password: Secret(Self.password), userDomainName: "ACME")))
    return CloudSession(
      profile: profile, transport: AsyncHTTPTransport(), time: ManualTime(), logger: log.logger, random: { 0.5 })
  }

  /// The text of a request as a debugging proxy shows it.
  private static func echo(_ request: ScriptedServer.Received) -> String {
    let quoted = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "; ") + " " + request.text
    return JSONValue.object(["error_code": "IMG.0001", "error_msg": .string("you sent " + quoted)]).serialized()
  }

  @Test("A refused login shows the quoted request without its password")
  func login() async throws {
    let server = try await ScriptedServer.start { request, _ in .json(401, Self.echo(request)) }
    let log = LogCatcher()
    let session = session(server, log)
    let error = await #expect(throws: CloudError.self) { try await session.send(APICall(path: "/v1/x")) }
    #expect(server.received[0].text.contains("hush"))
    #expect(error?.message.contains("you sent") == true)
    #expect(error?.message.contains("hush") == false)
    #expect(!"\(log.text)".contains("hush"))
    await session.shutdown()
    await server.stop()
  }

  @Test("An answer shows the quoted request without its token, refusal or not", arguments: [400, 200])
  func token(status: Int) async throws {
    let server = try await ScriptedServer.start { request, _ in
      request.path == "/v3/auth/tokens" ? CloudSessionTests.login("tok/en+1=") : .json(status, Self.echo(request))
    }
    let session = session(server, LogCatcher())
    let said: String
    do {
      said = String(decoding: try await session.send(APICall(path: "/v1/x")).body, as: UTF8.self)
    } catch let error as CloudError { said = "\(error)" }
    #expect(server.received[1].header("x-auth-token") == "tok/en+1=")
    #expect(said.contains("X-Auth-Token: <secret>"))
    #expect(!said.contains("tok/en") && !said.contains("tok%2Fen"))
    await session.shutdown()
    await server.stop()
  }

  @Test("A mask leaves everything else as it is, byte for byte")
  func mask() {
    var request = HTTPRequest(
      method: "GET", url: "http://x/", headers: [("X-Auth-Token", "abcd"), ("X-Other", "keep")])
    request.secrets = [Secret("xyzw"), Secret("ab")]
    let body: [UInt8] = [0, 255] + Array("abcd keep ab xyzwabcdabc".utf8) + [0]
    let masked = SecretMask(request).masked(HTTPResponse(status: 500, body: body))
    #expect(masked.body == [0, 255] + Array("<secret> keep ab <secret><secret>abc".utf8) + [0])
    let plain = SecretMask(HTTPRequest(method: "GET", url: "http://x/")).masked(HTTPResponse(status: 500, body: body))
    #expect(plain.body == body)
  }

  @Test("A redirect to a page with a query names the page only")
  func redirect() async throws {
    let server = try await ScriptedServer.start { _, _ in
      .answer(302, [("Location", "https://login.example/start?ticket=hush")], [])
    }
    let session = session(server, LogCatcher())
    let error = await #expect(throws: CloudError.self) { try await session.send(APICall(path: "/v1/x")) }
    #expect(error?.hint?.hasSuffix("https://login.example/start") == true)
    await session.shutdown()
    await server.stop()
  }
}
