import Testing

@testable import Workbench

@Suite("Text in terminal columns")
struct DisplayTextTests {
  @Test(
    "Width counts columns, not characters",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("👍", 2), ("👩‍🚀", 2), ("🇩🇪", 2), ("❤️", 2),
      ("a\u{200B}b", 2),
    ])
  func width(_ text: String, _ columns: Int) {
    #expect(DisplayText.width(text) == columns)
  }

  @Test("Truncation never splits a wide character and always fits")
  func truncation() {
    #expect(DisplayText.truncated("abcdef", to: 4) == "abc…")
    #expect(DisplayText.truncated("日本語", to: 4) == "日…")
    #expect(DisplayText.truncated("日本語", to: 6) == "日本語")
    #expect(DisplayText.truncated("abcdef", to: 5, ellipsis: "...") == "ab...")
    #expect(DisplayText.truncated("abcdef", to: 2, ellipsis: "...") == "ab")
    #expect(DisplayText.truncated("abcdef", to: 0) == "")
  }

  @Test("What could steer the terminal becomes visible")
  func harmless() {
    #expect(DisplayText.harmless("a\u{1B}[31mb") == "a\\u{1b}[31mb")
    #expect(DisplayText.harmless("one\ntwo\tthree\r") == "one\\ntwo\\tthree\\r")
    #expect(DisplayText.harmless("one\ntwo", keepingLines: true) == "one\ntwo")
    #expect(DisplayText.harmless("\u{9B}31m\u{202E}x\u{7F}") == "\\u{9b}31m\\u{202e}x\\u{7f}")
    #expect(DisplayText.harmless("Ünïcode 日本 👍") == "Ünïcode 日本 👍")
  }

  @Test("Durations are short and read at a glance")
  func durations() {
    let texts = [0, 42, 59, 60, 72, 3600, 7500, 90_000].map { DurationText.short(.seconds($0)) }
    #expect(texts == ["0s", "42s", "59s", "1m00s", "1m12s", "1h00m", "2h05m", "1d01h"])
    #expect(DurationText.short(.milliseconds(-5)) == "0s")
  }
}
