import Foundation
import Testing

@testable import CloudSimulator

@Suite("Times, JSON and XML as text")
struct ClockAndTextTests {
  @Test("Dates come out as Foundation's formatters write them, and back")
  func dates() {
    var generator = SeededGenerator(seed: 7)
    let formatter = ISO8601DateFormatter()
    let http = DateFormatter()
    http.locale = Locale(identifier: "en_US_POSIX")
    http.timeZone = TimeZone(identifier: "UTC")
    http.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    for _ in 0..<2000 {
      let date = Date(timeIntervalSince1970: Double(Int.random(in: -1_000_000_000..<5_000_000_000, using: &generator)))
      #expect(CloudDate.iso(date) == formatter.string(from: date))
      #expect(CloudDate.http(date) == http.string(from: date))
      #expect(CloudDate.parse(CloudDate.iso(date)) == date)
      #expect(CloudDate.parseHTTP(CloudDate.http(date)) == date)
    }
    let date = Date(timeIntervalSince1970: 1_730_874_068.769)
    #expect(CloudDate.iso(date, .milliseconds) == "2024-11-06T06:21:08.769Z")
    #expect(CloudDate.iso(Date(timeIntervalSince1970: 0.25), .microseconds) == "1970-01-01T00:00:00.250000Z")
    #expect(CloudDate.parse("2024-11-06 06:21:08") == Date(timeIntervalSince1970: 1_730_874_068))
    #expect(CloudDate.parse("20241106T062108Z") == Date(timeIntervalSince1970: 1_730_874_068))
    for wrong in ["", "2024", "2024-13-06T06:21:08Z", "2024-11-06T06:21:08+01:00", "yesterday"] {
      #expect(CloudDate.parse(wrong) == nil, "\(wrong)")
    }
  }

  @Test("Cloud time passes by the scale, keeps its lead over a restart, and is real time at scale 1")
  func clock() {
    let start = Date(timeIntervalSince1970: 1_000_000)
    let fast = CloudClock(scale: 1000, now: start)
    #expect(fast.cloud(at: start + 10) == start + 10_000)
    let last = (real: start + 10, cloud: start + 10_000)
    let resumed = CloudClock(scale: 1, now: start + 70, resuming: last)
    #expect(resumed.cloud(at: start + 70) == start + 10_060)
    #expect(resumed.cloud(at: start + 80) == start + 10_070)
    let natural = CloudClock(scale: 1, now: start + 70, resuming: (real: start + 10, cloud: start + 10))
    #expect(natural.cloud(at: start + 75) == start + 75)
  }

  @Test("JSON text escapes what JSON demands, and Foundation reads it back")
  func json() throws {
    let nasty = "quote \" back \\ line\n tab\t bell\u{7} é 漢"
    let bytes = JSONText.object { text in
      text.member("text", nasty)
      text.member("none", String?.none)
      text.member("number", -5)
      text.member("flag", true)
      text.array("list") { text in
        text.string("a")
        text.object { $0.member("b", 1) }
        text.array { _ in }
      }
      text.object("empty") { _ in }
    }
    let value = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(value["text"] as? String == nasty)
    #expect(value["none"] is NSNull)
    #expect(value["number"] as? Int == -5)
    #expect((value["list"] as? [Any])?.count == 3)
  }

  @Test("XML text escapes markup and replaces what XML cannot hold")
  func xml() {
    var text = XMLText()
    text.element("Key", "a<b>&\u{1}c")
    #expect(String(decoding: text.bytes, as: UTF8.self).hasSuffix("<Key>a&lt;b&gt;&amp;\u{FFFD}c</Key>"))
  }
}
