import CloudAccess
import Foundation
import Logging
import Testing

@testable import Workbench

@Suite("Log lines")
struct ConsoleLogHandlerTests {
  private let error = MemorySink()

  private func logger(_ form: ConsoleLogHandler.Form, level: Logger.Level = .debug, terminal: Terminal = .pipes)
    -> Logger
  {
    let console = Console(terminal: terminal, output: MemorySink(), error: error)
    return Logger(label: "cloud") { label in
      ConsoleLogHandler(label: label, console: console, level: level, form: form) {
        Date(timeIntervalSince1970: 1_700_000_000)
      }
    }
  }

  @Test("A line has time, level, message and sorted pairs; values with spaces are quoted")
  func text() {
    var log = logger(.text)
    log[metadataKey: "region"] = "eu-de"
    log.warning("slow\nanswer", metadata: ["delay": "2 s", "code": "APIGW.0308"])
    log.trace("not shown")
    #expect(
      error.text == """
        2023-11-14T22:13:20Z warning cloud: slow\\nanswer code=APIGW.0308 delay="2 s" region=eu-de

        """)
  }

  @Test("Levels below the limit cost nothing and show nothing")
  func levels() {
    let log = logger(.text, level: .error)
    log.warning("hidden")
    log.error("shown")
    #expect(error.text == "2023-11-14T22:13:20Z error   cloud: shown\n")
  }

  @Test("As JSON each line is an object")
  func json() throws {
    logger(.json).info("hello", metadata: ["list": ["a", "b"], "nested": ["k": "v"]])
    let value = try JSONValue(parsing: Array(error.text.utf8))
    #expect(value["level"]?.stringValue == "info")
    #expect(value["metadata"]?["list"] == .array(["a", "b"]))
    #expect(value["metadata"]?["nested"]?["k"]?.stringValue == "v")
  }

  @Test("On a terminal the level is coloured")
  func color() {
    logger(.text, terminal: .full(color: true)).error("bad")
    #expect(error.text.contains("\u{1B}[31merror  \u{1B}[0m"))
  }
}
