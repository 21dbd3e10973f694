import CloudAccess
import Foundation
import Testing

@testable import Cassette

@Suite("Reading cassettes")
struct CassetteContentTests {
  static let header =
    #"{"slipway_cassette":1,"program":"p","started_at":"2024-01-15T08:30:00.000Z","trace_id":"t","span_id":"s","dialect":"otc","clock_scale":1}"#
  static let exchange =
    #"{"at":1,"took":0.5,"channel":"cloud","request":{"method":"GET","url":"http://h/x"},"answer":{"status":200,"body":{"json":{}}}}"#

  private func read(_ lines: String...) throws -> CassetteContent {
    try CassetteContent(Array((lines.joined(separator: "\n") + "\n").utf8), name: "c.jsonl")
  }

  @Test("A whole cassette gives its parts")
  func whole() throws {
    let content = try read(
      Self.header, #"{"cloud":{"name":"otc"}}"#, Self.exchange, "", #"{"note":"record_id","key":"k","id":"i"}"#,
      #"{"end":{"at":2,"exit_status":0}}"#)
    #expect(content.exchanges.count == 1)
    #expect(content.exchanges[0].line == 3)
    #expect(content.cloud?["name"] == "otc")
    #expect(content.notes["record_id"]?.first?["id"] == "i")
    #expect(content.end?.exitStatus == 0)
    #expect(!content.isCutOff)
  }

  @Test("Without the end of its last line the rest is read, and that is said")
  func cutOff() throws {
    let text = Self.header + "\n" + Self.exchange + "\n" + Self.exchange.prefix(40)
    let content = try CassetteContent(Array(text.utf8), name: "c.jsonl")
    #expect(content.exchanges.count == 1)
    #expect(content.isCutOff)
    #expect(content.end == nil)
  }

  @Test(
    "What is no cassette, damaged or too new is refused with the line and the reason",
    arguments: [
      ([], "is empty"), (["hello"], "The cassette 'c.jsonl' is damaged"), (["{}"], "is no cassette"),
      (["[1]"], "is no JSON object"),
      (
        [header.replacing(":1,\"program", with: ":2,\"program")],
        "is a cassette of version 2, and this program reads up to 1"
      ),
      ([header.replacing(":1,\"program", with: ":-1,\"program")], "version -1"),
      ([header.replacing("2024-01-15T08", with: "2024-99-15T08")], "no time started_at"),
      ([header.replacing("\"clock_scale\":1", with: "\"clock_scale\":-5")], "cannot be"),
      ([header.replacing("\"clock_scale\":1", with: "\"clock_scale\":1e300")], "cannot be"),
      ([header.replacing("otc", with: "aws")], "no dialect"),
      ([header, "{\"at\":1"], "Line 2 of the cassette 'c.jsonl' is damaged"),
      (
        [header, exchange, exchange.replacing("\"at\":1", with: "\"at\":-1")],
        "Line 3 of the cassette 'c.jsonl' has no time 'at'"
      ),
      ([header, exchange.replacing("\"at\":1", with: "\"at\":1e12")], "no time 'at'"),
      ([header, exchange.replacing("cloud", with: "moon")], "channel"),
      ([header, exchange.replacing("\"answer\"", with: "\"reply\"")], "without answer and failure"),
      ([header, exchange.replacing("200", with: "7")], "without a status"),
      ([header, exchange.replacing("\"method\":\"GET\",", with: "")], "without method or url"),
      ([header, exchange.replacing("{\"json\":{}}", with: "{\"base64\":\"*\"}")], "no base64"),
      ([header, exchange.replacing("{\"json\":{}}", with: "{\"length\":-1}")], "without json, text, base64 or length"),
      ([header, "{\"what\":1}"], "is none of request, cloud, note and end"),
      ([header, "{\"cloud\":1}"], "cloud that is no object"),
      ([header, "{\"end\":{\"at\":1}}"], "without an exit_status"),
      ([header, String(repeating: "[", count: 100_000)], "damaged"),
    ] as [([String], String)])
  func refused(lines: [String], reason: String) {
    let text = lines.map { $0 + "\n" }.joined()
    let error = #expect(throws: CassetteError.self) { try CassetteContent(Array(text.utf8), name: "c.jsonl") }
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("Bytes of any kind are refused or read, and nothing else happens")
  func fuzz() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = Shuffled(state: seed)
    let good = Array((Self.header + "\n" + Self.exchange + "\n").utf8)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: .min ... .max, using: &generator)
      }
      do {
        _ = try CassetteContent(bytes, name: "c")
      } catch let error as CassetteError {
        #expect(error.message.hasPrefix("The cassette 'c'") || error.message.hasPrefix("Line "), "seed \(seed)")
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
  }

  private struct Shuffled: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test("A profile comes back without its credentials, of the same kind")
  func profile() throws {
    let key = AccessKey(access: "AK", secret: Secret("SK"))
    for credentials in [
      Credentials.password(PasswordCredentials(userName: "u", password: Secret("pw"))), .token(Secret("tok")),
      .accessKey(key),
    ] {
      var profile = CloudProfile(
        name: "n", dialect: .huawei, region: "r", authURL: "https://iam/v3", credentials: credentials,
        objectStorageKey: key, projectName: "p", projectID: "id", projectDomainName: "d", domainID: "x",
        endpointOverrides: [.image: "https://ims"], signingForm: .b, signsExtraHeaders: false, usesCatalog: false,
        objectStoragePathStyle: true, objectStorageSignature: .awsV4)
      profile.identity = "local:x"
      let json = RecordedProfile.json(profile)
      let text = json.serialized()
      for secret in ["\"AK\"", "SK", "\"pw\"", "tok\"", "\"u\""] { #expect(!text.contains(secret), "\(text)") }
      var back = try RecordedProfile.profile(json)
      #expect(RecordedProfile.json(back) == json)
      back.credentials = profile.credentials
      back.objectStorageKey = key
      #expect(back == profile)
    }
  }
}
