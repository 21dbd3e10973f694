import Foundation
import Testing

@testable import CloudAccess

@Suite("Small values of cloud access")
struct ValueTests {
  @Test("JSON keeps integers, texts and nesting through parsing and writing, with sorted keys")
  func json() throws {
    let text = #"{"z":[1,-2,1.5,true,false,null,"a\"\\\n\u0001é"],"a":{"b":9223372036854775807}}"#
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(value["a"]?["b"] == .integer(.max))
    #expect(value["z"]?[2]?.doubleValue == 1.5)
    #expect(value["z"]?[3] == .bool(true))
    #expect(value["z"]?[0] == .integer(1))
    #expect(value["z"]?[5]?.isNull == true)
    #expect(
      value.serialized() == #"{"a":{"b":9223372036854775807},"z":[1,-2,1.5,true,false,null,"a\"\\\n\u0001é"]}"#)
    #expect(try JSONValue(parsing: Array(value.serialized(pretty: true).utf8)) == value)
    #expect(JSONValue.serialized(members: [("z", 1), ("a", [])]) == #"{"z":1,"a":[]}"#)
    let escaped = try JSONValue(parsing: Array(#"["\ud83d\ude80\u00e9\/", 1e3, -0, 1E-2, 12345678901234567890]"#.utf8))
    #expect(escaped == ["🚀é/", 1000.0, 0, 0.01, .number(Double(UInt64(12_345_678_901_234_567_890)))])
  }

  @Test(
    "What is no JSON is refused and names the place",
    arguments: [
      "", "{", "[1,]", "{\"a\":}", "{\"a\":1,}", "[1 2]", "nul", "01", "1.", "-", "+1", ".5", "1e", "\"a", "\"\t\"",
      "\"\\x\"",
      "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "[1]x", "{1:2}", "'a'", "NaN", "1e999", "\u{A0}1",
      String(repeating: "[", count: 513) + String(repeating: "]", count: 513), String(repeating: "[", count: 1_000_000),
    ])
  func noJSON(_ text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test("Nesting up to the limit passes, bytes that are no UTF-8 do not")
  func jsonLimits() throws {
    let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(try JSONValue(parsing: Array(deep.utf8)).arrayValue?.count == 1)
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    #expect(try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x31]) == 1)
  }

  @Test("Random values survive writing and parsing, and Foundation reads the same from the text")
  func randomJSON() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      let value = random.json(depth: 4)
      let text = Array(value.serialized(pretty: .random(using: &random)).utf8)
      #expect(try JSONValue(parsing: text) == value)
      #expect(try JSONDecoder().decode([JSONValue].self, from: Data([0x5B] + text + [0x5D])) == [value])
    }
  }

  @Test("Dates are written and read in all three forms")
  func dates() {
    let moment = Date(timeIntervalSince1970: 1_709_251_199.25)
    #expect(Timestamp.compactUTC(moment) == "20240229T235959Z")
    #expect(Timestamp.http(moment) == "Thu, 29 Feb 2024 23:59:59 GMT")
    #expect(Timestamp.iso8601(moment, milliseconds: true) == "2024-02-29T23:59:59.250Z")
    #expect(Timestamp.compactUTC("20240229T235959Z")?.timeIntervalSince1970 == 1_709_251_199)
    #expect(Timestamp.http("Thu, 29 Feb 2024 23:59:59 GMT")?.timeIntervalSince1970 == 1_709_251_199)
    #expect(Timestamp.iso8601("2024-03-01T00:59:59.25+01:00") == moment)
    #expect(Timestamp.iso8601("2015-11-09T01:42:57.527363Z")?.timeIntervalSince1970 == 1_447_033_377.527363)
    #expect(Timestamp.compactUTC(Date(timeIntervalSince1970: -1)) == "19691231T235959Z")
    for day in stride(from: -200_000, to: 200_000, by: 37) {
      let date = Date(timeIntervalSince1970: Double(day) * 86400 + 12345)
      #expect(Timestamp.compactUTC(Timestamp.compactUTC(date)) == date)
      #expect(Timestamp.http(Timestamp.http(date)) == date)
    }
    for wrong in ["20240230T000000Z", "20240101T250000Z", "2024-01-01", "", "20240101T0000００Z"] {
      #expect(Timestamp.compactUTC(wrong) == nil)
      #expect(Timestamp.iso8601(wrong) == nil)
      #expect(Timestamp.http(wrong) == nil)
    }
  }

  @Test(
    "Refusals are read in every envelope",
    arguments: [
      (#"{"error":{"message":"m","code":"IMG.0024"}}"#, "IMG.0024", "m", nil),
      (#"{"error_msg":"m","error_code":"APIGW.0301","request_id":"r"}"#, "APIGW.0301", "m", "r"),
      (#"{"errorCode":"C","errorMsg":"m"}"#, "C", "m", nil), (#"{"code":"C","message":"m"}"#, "C", "m", nil),
      (#"{"badRequest":{"code":400,"message":"m"}}"#, "400", "m", nil),
      (#"{"error":{"error_code":"C","error_msg":"m"}}"#, "C", "m", nil),
      (#"{"errors":[{"code":"C","message":"m"}]}"#, "C", "m", nil),
      ("<html><head><TITLE>504 Gateway\n Time-out</TITLE></head>x</html>", nil, "504 Gateway Time-out", nil),
      ("<p>Service <b>down</b></p>", nil, "Service down", nil), ("plain words", nil, "plain words", nil),
      ("", nil, nil, nil),
      ("{broken", nil, "{broken", nil), (#"{"error":"text"}"#, nil, nil, nil),
    ] as [(String, String?, String?, String?)])
  func envelopes(_ body: String, _ code: String?, _ message: String?, _ requestID: String?) {
    let read = ErrorBody(Array(body.utf8))
    #expect(read.code == code)
    #expect(read.message == message)
    #expect(read.requestID == requestID)
  }

  @Test("The schedule doubles its pauses, adds jitter, and ends by count and by time")
  func schedule() {
    let schedule = RetrySchedule(attempts: 4, base: .seconds(1), longestPause: .seconds(3), total: .seconds(30))
    func pause(_ attempt: Int, _ elapsed: Int = 0, _ after: Duration? = nil, random: Double = 1) -> Duration? {
      schedule.pause(afterAttempt: attempt, elapsed: .seconds(elapsed), retryAfter: after, random: random)
    }
    #expect([pause(1), pause(2), pause(3), pause(4)] == [.seconds(1), .seconds(2), .seconds(3), nil])
    #expect(pause(1, random: 0) == .zero)
    #expect(pause(1, 0, .seconds(10), random: 0.5) == .seconds(10.5))
    #expect(pause(1, 25, .seconds(10)) == nil)
    #expect(pause(1, 29) == .seconds(1))
    #expect(pause(2, 29) == nil)
  }

  @Test("The next names by spelling are proposed, far ones are not")
  func spelling() {
    #expect(Spelling.nearest(to: "otcc", in: ["otc", "hw"]) == "otc")
    #expect(Spelling.nearest(to: "zzz", in: ["otc", "hw"]) == nil)
    #expect(Spelling.edits("kitten", "sitting") == 3)
    #expect(Spelling.edits("ab", "ba") == 1)
    #expect(Spelling.edits("", "abc") == 3)
  }

  @Test("Endpoints follow the patterns of the clouds, and elsewhere the name of the identity service")
  func patterns() {
    func endpoint(_ service: CloudService, _ url: String, _ region: String) -> String {
      EndpointPatterns.endpoint(service, authURL: url, region: region)
    }
    #expect(
      endpoint(.image, "https://iam.eu-de.otc.t-systems.com/v3", "eu-de") == "https://ims.eu-de.otc.t-systems.com")
    #expect(
      endpoint(.objectStorage, "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2")
        == "https://obs.eu-ch2.sc.otc.t-systems.com")
    #expect(
      endpoint(.image, "https://iam.myhuaweicloud.com/v3", "cn-north-4") == "https://ims.cn-north-4.myhuaweicloud.com")
    #expect(endpoint(.image, "https://iam.x.partner.example/v3", "x") == "https://ims.x.partner.example")
    #expect(endpoint(.objectStorage, "http://127.0.0.1:8080/v3", "eu-de") == "http://127.0.0.1:8080")
  }

  @Test("A proxy is chosen by scheme, and not for loopback or excepted hosts")
  func proxies() {
    let proxies = ProxySettings(environment: [
      "HTTPS_PROXY": "http://u:p%40@proxy.test:3128", "http_proxy": "plain.test",
      "NO_PROXY": "internal.test, .corp.test,10.0.0.1,odd.test:8443",
    ])
    func host(_ url: String) -> String? { proxies.server(for: URLParts(url))?.host }
    #expect(host("https://ims.test/x") == "proxy.test")
    #expect(host("http://ims.test/x") == "plain.test")
    for url in [
      "https://internal.test", "https://a.internal.test", "https://x.corp.test", "https://10.0.0.1",
      "https://odd.test:8443", "http://127.0.0.1:80", "http://localhost:1", "http://[::1]:1",
    ] {
      #expect(host(url) == nil)
    }
    #expect(host("https://notinternal.test") == "proxy.test")
    #expect(host("https://odd.test") == "proxy.test")
    let server = proxies.server(for: URLParts("https://ims.test"))
    #expect(server?.port == 3128)
    #expect(server?.user == "u")
    #expect(server?.password?.reveal() == "p@")
    #expect(
      ProxySettings(environment: ["HTTPS_PROXY": "p:1", "NO_PROXY": "*"]).server(for: URLParts("https://a")) == nil)
  }
}

@Suite("The manual clock")
struct ManualTimeTests {
  @Test("Sleepers wake in the order of their times, also those that go to sleep on the way")
  func order() async throws {
    let time = ManualTime(now: Date(timeIntervalSince1970: 100))
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    for (name, seconds) in [("c", 30), ("a", 10), ("b", 20)] {
      Task {
        try await time.sleep(for: .seconds(seconds))
        continuation.yield("\(name)@\(Int(time.now.timeIntervalSince1970))")
        if name == "a" {
          try await time.sleep(for: .seconds(15))
          continuation.yield("a2@\(Int(time.now.timeIntervalSince1970))")
        }
      }
    }
    await time.waitForSleepers(3)
    #expect(time.nextDue == .seconds(10))
    await time.advance(by: .seconds(60))
    continuation.finish()
    var woken: [String] = []
    for await name in stream { woken.append(name) }
    #expect(woken == ["a@110", "b@120", "a2@125", "c@130"])
    #expect(time.monotonic == .seconds(60))
    #expect(time.sleeperCount == 0)
  }

  @Test("A cancelled sleeper leaves at once")
  func cancellation() async {
    let time = ManualTime()
    let task = Task { try await time.sleep(for: .seconds(10)) }
    await time.waitForSleepers()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(time.sleeperCount == 0)
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func json(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
    case 0: .null
    case 1: .bool(.random(using: &self))
    case 2: .integer(.random(in: .min ... .max, using: &self))
    case 3: .number(Double.random(in: -1e9..<1e9, using: &self) + 0.123)
    case 4: .string("")
    case 5: .string(text())
    case 6: .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in json(depth: depth - 1) })
    default:
      .object(
        Dictionary((0..<Int.random(in: 0..<5, using: &self)).map { _ in (text(), json(depth: depth - 1)) }) { $1 })
    }
  }

  private mutating func text() -> String {
    let alphabet: [Character] = ["a", "\"", "\\", "\n", "\u{1}", "\u{7F}", "é", "映", "🚀", "/", " ", "\u{FFFF}"]
    return String((0..<Int.random(in: 0..<9, using: &self)).compactMap { _ in alphabet.randomElement(using: &self) })
  }
}
