import Foundation
import Logging
import Synchronization
import Testing

@testable import CloudAccess

@Suite("A session against a real server")
struct CloudSessionTests {
  typealias Script = @Sendable (ScriptedServer.Received, Int) -> ScriptedServer.Answer

  /// What a test works with.
  struct Bench {
    var server: ScriptedServer
    var session: CloudSession
    var time: ManualTime
    var log: LogCatcher

    func close() async {
      await session.shutdown()
      await server.stop()
    }
  }

  static let password = Credentials.password(
    PasswordCredentials(userName: "me", password: Secret("p4ss-w0rd"), userDomainName: "ACME"))
  static let key = Credentials.accessKey(AccessKey(access: "AK1", secret: Secret("s3cr3t-key")))

  private func bench(
    _ credentials: Credentials = password, schedule: RetrySchedule = RetrySchedule(),
    change: (inout CloudProfile) -> Void = { _ in }, script: @escaping Script
  ) async throws -> Bench {
    let server = try await ScriptedServer.start(script)
    var profile = CloudProfile(
      name: "test", dialect: .otc, region: "eu-de", authURL: server.url + "/v3", credentials: credentials)
    profile.timeouts = HTTPTimeouts(connect: .seconds(5), headers: .seconds(5), body: .seconds(5))
    change(&profile)
    let time = ManualTime()
    let log = LogCatcher()
    let session = CloudSession(
      profile: profile, transport: AsyncHTTPTransport(), time: time, logger: log.logger, schedule: schedule,
      random: { 0.5 })
    return Bench(server: server, session: session, time: time, log: log)
  }

  /// An answer of IAM with a token of the given life in seconds.
  static func login(_ token: String, life: Int = 86400, catalog: String = "[]") -> ScriptedServer.Answer {
    let issued = Date(timeIntervalSince1970: 1_000_000_000)
    let body = """
      {"token":{"issued_at":"\(Timestamp.iso8601(issued, milliseconds: true))",
      "expires_at":"\(Timestamp.iso8601(issued + Double(life)))",
      "project":{"id":"p0123","name":"eu-de"},"catalog":\(catalog)}}
      """
    return .json(201, body, [("X-Subject-Token", token)])
  }

  private func failure(_ session: CloudSession, _ call: APICall) async -> CloudError? {
    do {
      _ = try await session.send(call)
      return nil
    } catch { return error as? CloudError }
  }

  @Test("The login asks for a project token as IAM documents it, and calls carry it")
  func passwordLogin() async throws {
    let bench = try await bench { request, _ in
      request.path == "/v3/auth/tokens" ? Self.login("tok-1") : .json(200, "{\"ok\":true}", [("X-Request-Id", "r1")])
    }
    let answer = try await bench.session.send(
      APICall(path: "/v1/{project_id}/jobs/j1", query: [("b", "x y"), ("a", "+")]))
    #expect(answer.json?["ok"]?.boolValue == true)
    #expect(answer.requestID == "r1")
    let login = bench.server.received[0]
    #expect(login.method == "POST")
    #expect(login.uri == "/v3/auth/tokens")
    #expect(
      login.text
        == #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"ACME"},"name":"me","password":"p4ss-w0rd"}}},"scope":{"project":{"name":"eu-de"}}}}"#
    )
    let call = bench.server.received[1]
    #expect(call.uri == "/v1/p0123/jobs/j1?a=%2B&b=x%20y")
    #expect(call.header("x-auth-token") == "tok-1")
    await bench.close()
  }

  @Test("Fifty callers at once share one login")
  func singleFlight() async throws {
    let bench = try await bench { request, _ in
      request.path == "/v3/auth/tokens" ? Self.login("tok-1") : .json(200, "{}")
    }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 {
        group.addTask { (try? await bench.session.send(APICall(path: "/v2/cloudimages"))) != nil }
      }
      for await isGood in group { #expect(isGood) }
    }
    #expect(bench.server.received.count { $0.path == "/v3/auth/tokens" } == 1)
    await bench.close()
  }

  @Test("A token is renewed five minutes before its end, a short one after nine tenths of its life")
  func renewal() async throws {
    for (life, before, after) in [(86400, 86095, 10), (100, 89, 2)] {
      let logins = Mutex(0)
      let bench = try await bench { request, _ in
        guard request.path == "/v3/auth/tokens" else { return .json(200, "{}") }
        return Self.login("tok-\(logins.withLock { $0 += 1; return $0 })", life: life)
      }
      let call = APICall(path: "/v2/cloudimages")
      _ = try await bench.session.send(call)
      await bench.time.advance(by: .seconds(before))
      _ = try await bench.session.send(call)
      #expect(logins.withLock { $0 } == 1)
      await bench.time.advance(by: .seconds(after))
      _ = try await bench.session.send(call)
      #expect(bench.server.received.last?.header("x-auth-token") == "tok-2")
      await bench.close()
    }
  }

  @Test(
    "A refused token is renewed once and the call repeated once, a submission too",
    arguments: [RetryPolicy.once, .idempotent])
  func renewalOnRefusal(_ policy: RetryPolicy) async throws {
    let logins = Mutex(0)
    let bench = try await bench { request, _ in
      if request.path == "/v3/auth/tokens" { return Self.login("tok-\(logins.withLock { $0 += 1; return $0 })") }
      if request.header("x-auth-token") == "tok-1" {
        return .json(401, #"{"error_msg":"token expired","error_code":"APIGW.0301"}"#)
      }
      return .json(200, #"{"job_id":"j"}"#)
    }
    let call = APICall(method: "POST", path: "/v2/x", body: .json(["name": "n"]), retry: policy)
    #expect(try await bench.session.send(call).json?["job_id"]?.stringValue == "j")
    #expect(bench.server.received.filter { $0.path == "/v2/x" }.map(\.text) == [#"{"name":"n"}"#, #"{"name":"n"}"#])
    #expect(logins.withLock { $0 } == 2)
    await bench.close()
  }

  @Test("A call refused with the new token as well is not repeated again")
  func refusedTwice() async throws {
    let bench = try await bench { request, _ in
      request.path == "/v3/auth/tokens"
        ? Self.login("tok") : .json(401, #"{"error":{"code":401,"message":"no","title":"Unauthorized"}}"#)
    }
    let error = await failure(bench.session, APICall(path: "/v2/x"))
    #expect(error?.kind == .authentication)
    #expect(error?.code == nil)
    #expect(error?.message == "GET /v2/x was answered with status 401: no")
    #expect(bench.server.received.count { $0.path == "/v2/x" } == 2)
    #expect(bench.server.received.count { $0.path == "/v3/auth/tokens" } == 2)
    await bench.close()
  }

  @Test("A login that is refused ends at once; a submission behind it was certainly not sent")
  func loginRefused() async throws {
    let bench = try await bench { _, _ in
      .json(401, #"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#)
    }
    let error = await failure(bench.session, APICall(method: "POST", path: "/v2/x", retry: .once))
    #expect(error?.kind == .authentication)
    #expect(error?.delivery == .notSent)
    #expect(error?.message.contains("The username or password is wrong.") == true)
    #expect(bench.server.received.count == 1)
    await bench.close()
  }

  @Test("An idempotent call is repeated with growing pauses; the schedule's end is the call's end")
  func retries() async throws {
    let bench = try await bench(
      .token(Secret("t")),
      change: {
        $0.projectID = "p"; $0.usesCatalog = false
      }
    ) { _, _ in
      .answer(502, [("Content-Type", "text/html")], Array("<html><title>502 Bad\nGateway</title></html>".utf8))
    }
    let task = Task { await failure(bench.session, APICall(path: "/v2/x")) }
    for pause in [0.25, 0.5, 1, 2] {
      await bench.time.waitForSleepers()
      #expect(bench.time.nextDue == .seconds(pause))
      await bench.time.advance(by: .seconds(pause))
    }
    let error = await task.value
    #expect(error?.kind == .service)
    #expect(error?.status == 502)
    #expect(error?.message == "GET /v2/x was answered with status 502: 502 Bad Gateway")
    #expect(error?.retryable == true)
    #expect(bench.server.received.count == 5)
    await bench.close()
  }

  @Test("A broken connection is retried for an idempotent call, and left to the caller for a submission")
  func brokenConnections() async throws {
    let script: Script = { _, number in number == 0 ? .drop : .json(200, "{}") }
    let change: (inout CloudProfile) -> Void = {
      $0.projectID = "p"; $0.usesCatalog = false
    }
    let first = try await bench(.token(Secret("t")), change: change, script: script)
    let task = Task { try await first.session.send(APICall(path: "/v2/x")).status }
    await first.time.waitForSleepers()
    await first.time.advance(by: .seconds(1))
    #expect(try await task.value == 200)
    await first.close()

    let second = try await bench(.token(Secret("t")), change: change, script: script)
    let error = await failure(second.session, APICall(method: "POST", path: "/v2/x", body: .json([:]), retry: .once))
    #expect(error?.delivery == .ambiguous)
    #expect(second.server.received.count == 1)
    await second.close()
  }

  @Test("A throttled call waits as long as it is told, in seconds or until a date")
  func throttling() async throws {
    let date = "Mon, 15 Jan 2024 08:30:37 GMT"
    for (headers, pause) in [
      ([("Retry-After", "7")], 7.25), ([("Retry-After", date), ("Date", "Mon, 15 Jan 2024 08:30:00 GMT")], 37.25),
    ] as [([(name: String, value: String)], Double)] {
      let bench = try await bench(
        .token(Secret("t")),
        change: {
          $0.projectID = "p"; $0.usesCatalog = false
        }
      ) {
        $1 == 0
          ? .json(429, #"{"error_msg":"throttled, limit:40,time:1 second","error_code":"APIGW.0308"}"#, headers)
          : .json(200, "{}")
      }
      let task = Task { try await bench.session.send(APICall(path: "/v2/x")).status }
      await bench.time.waitForSleepers()
      #expect(bench.time.nextDue == .seconds(pause))
      await bench.time.advance(by: .seconds(pause))
      #expect(try await task.value == 200)
      await bench.close()
    }
  }

  @Test("A pause beyond the schedule's total time is not waited for, but reported")
  func longPause() async throws {
    let bench = try await bench(
      .token(Secret("t")),
      change: {
        $0.projectID = "p"; $0.usesCatalog = false
      }
    ) { _, _ in
      .json(429, #"{"error_msg":"limit:40,time:1 minute"}"#, [("Retry-After", "600")])
    }
    let error = await failure(bench.session, APICall(path: "/v2/x"))
    #expect(error?.kind == .throttled)
    #expect(error?.retryAfter == .seconds(600))
    #expect(error?.hint == "the cloud takes 40 calls per 60 s; go on more slowly")
    await bench.close()
  }

  @Test("Requests signed with an access key pass a gateway's verification", arguments: SigningForm.allCases)
  func signedCalls(_ form: SigningForm) async throws {
    for signsExtra in [true, false] {
      let bench = try await bench(
        Self.key,
        change: {
          $0.signingForm = form; $0.signsExtraHeaders = signsExtra
        }
      ) { request, _ in
        var input = SigningInput(method: request.method, host: "", path: request.path, headers: request.headers)
        input.body = request.body
        let query = request.uri.split(separator: "?").dropFirst().first.map(String.init) ?? ""
        let verifier = SignatureVerifier { AccessKey(access: $0, secret: Secret("s3cr3t-key")) }
        do throws(SignatureVerifier.Failure) {
          _ = try verifier.verify(input, wireQuery: query, now: Date(timeIntervalSince1970: 1_705_307_400))
        } catch {
          return .json(401, #"{"error_msg":"\#(error)","error_code":"APIGW.0301"}"#)
        }
        if request.path == "/v3/projects" {
          return .json(200, #"{"projects":[{"id":"pX","name":"eu-de_x"},{"id":"p9","name":"eu-de"}]}"#)
        }
        return .json(200, "{}")
      }
      let call = APICall(
        method: "POST", path: "/v2/x", query: [("name", "ü +/"), ("a", "")], body: .json(["ü": "é"]), retry: .once)
      let error = await failure(bench.session, call)
      #expect(error == nil)
      #expect(bench.server.received.map(\.path) == ["/v3/projects", "/v2/x"])
      #expect(bench.server.received.last?.header("x-project-id") == "p9")
      let isSigned = bench.server.received.last?.header("authorization")?.contains("x-project-id")
      #expect(isSigned == signsExtra)
      await bench.close()
    }
  }

  @Test("A clock that is off is noticed at the first refusal, and the cloud's time is signed with")
  func skewedClock() async throws {
    let cloud = Date(timeIntervalSince1970: 1_705_307_400 + 3600)
    let bench = try await bench(Self.key, change: { $0.projectID = "p" }) { request, _ in
      request.header("x-sdk-date") == Timestamp.compactUTC(cloud)
        ? .json(200, "{}")
        : .json(401, #"{"error_msg":"date","error_code":"APIGW.0301"}"#, [("Date", Timestamp.http(cloud))])
    }
    #expect(try await bench.session.send(APICall(path: "/v2/x", retry: .once)).status == 200)
    #expect(bench.server.received.count == 2)
    #expect(bench.log.text.contains("clock"))
    await bench.close()
  }

  @Test("The catalogue's public endpoint of the region is used, an override wins over it")
  func catalogue() async throws {
    let other = try await ScriptedServer.start { _, _ in .json(200, "{}") }
    let catalog = """
      [{"type":"image","endpoints":[
        {"interface":"internal","region_id":"eu-de","url":"http://wrong.invalid"},
        {"interface":"public","region_id":"eu-nl","url":"http://wrong.invalid"},
        {"interface":"public","region_id":"eu-de","url":"\(other.url)/v2/"}]},
       {"type":"object","endpoints":[{"interface":"public","region":"*","url":"https://obs.example.test/"}]}]
      """
    let bench = try await bench { _, _ in Self.login("t", catalog: catalog) }
    #expect(try await bench.session.endpoint(.image) == other.url)
    #expect(try await bench.session.endpoint(.objectStorage) == "https://obs.example.test")
    _ = try await bench.session.send(APICall(path: "/v2/cloudimages"))
    #expect(other.received.map(\.uri) == ["/v2/cloudimages"])
    await bench.close()

    let overridden = try await self.bench(change: { $0.endpointOverrides[.image] = "https://ims.example.test/" }) {
      _, _ in Self.login("t")
    }
    #expect(try await overridden.session.endpoint(.image) == "https://ims.example.test")
    await overridden.close()
    await other.stop()
  }

  @Test("A given token is looked into for project and catalogue once, and never renewed")
  func givenToken() async throws {
    let bench = try await bench(.token(Secret("given"))) { request, _ in
      if request.path == "/v3/auth/tokens" { return Self.login("ignored") }
      return .json(401, #"{"error":{"message":"expired","code":"X.1"}}"#)
    }
    #expect(try await bench.session.projectID() == "p0123")
    let error = await failure(bench.session, APICall(path: "/v2/x"))
    #expect(error?.kind == .authentication)
    #expect(error?.code == "X.1")
    #expect(error?.hint?.contains("a given token may have expired") == true)
    #expect(bench.server.received.map(\.method) == ["GET", "GET"])
    #expect(bench.server.received[0].header("x-subject-token") == "given")
    await bench.close()
  }

  @Test("No password, token, key or signature is in any log, error or description")
  func secrets() async throws {
    let logins = Mutex(0)
    let bench = try await bench(change: { $0.objectStorageKey = AccessKey(access: "A", secret: Secret("obs-s3cr3t")) })
    { request, _ in
      if request.path == "/v3/auth/tokens" { return Self.login("tok-hush-\(logins.withLock { $0 += 1; return $0 })") }
      return .json(403, #"{"error":{"message":"no","code":"IMG.1"}}"#, [("X-Subject-Token", "tok-hush-9")])
    }
    let error = await failure(
      bench.session, APICall(method: "POST", path: "/v2/x", body: .json(["a": 1]), retry: .once))
    var dumped = ""
    dump(bench.session, to: &dumped)
    dump(bench.session.profile, to: &dumped)
    dump(error, to: &dumped)
    dump(bench.session.token.kept, to: &dumped)
    let request = HTTPRequest(
      method: "GET", url: "http://u:p4ss-w0rd@h/?Signature=s3cr3t-key&a=1", headers: [("X-Auth-Token", "tok-hush-1")])
    dump(request, to: &dumped)
    let all =
      dumped + bench.log.text
      + "\(bench.session.profile) \(String(describing: error)) \(request) \(String(reflecting: request))"
    #expect(bench.log.text.contains("/v2/x"))
    for secret in ["p4ss-w0rd", "tok-hush", "obs-s3cr3t", "s3cr3t-key"] {
      #expect(!all.contains(secret))
    }
    await bench.close()
  }

  @Test("Cancelling a caller that waits for a pause or for the shared login lets it go at once")
  func cancellation() async throws {
    let bench = try await bench { _, _ in .json(503, "{}") }
    let task = Task { await failure(bench.session, APICall(path: "/v2/x")) }
    await bench.time.waitForSleepers()
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    await bench.close()
  }
}

/// Collects what is logged at any level.
final class LogCatcher: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  var logger: Logger {
    var logger = Logger(label: "test") { _ in Handler(catcher: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let catcher: LogCatcher
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let metadata = event.metadata.map { "\($0)" } ?? ""
      catcher.lines.withLock { $0.append("\(event.level) \(event.message) \(metadata)") }
    }
  }
}
