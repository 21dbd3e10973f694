import CloudAccess
import ImageImport
import LuaHost
import Testing

@testable import Workbench

@Suite("Errors that nobody caught")
struct ErrorReportTests {
  private let script = """
    local ims = require "ims"
    local function wave(rows)
    \tlocal image = ims.system_image { name = rows.name, min_disk = 5 }
      return ims.import(image)
    end
    wave(nil)
    """

  private func text(_ error: any Error, columns: Int = 80, color: Bool = false) -> String {
    let report = ErrorReport(error) { name in name == "fleet.lua" ? Array(script.utf8) : nil }
    return report.text(ScreenStyle(columns: columns, paint: Paint(enabled: color), symbols: .unicode))
  }

  @Test("A Lua error shows the line, a mark under the name it is about, and the calls")
  func runtime() {
    let error = LuaError(
      kind: .runtime, message: "attempt to index a nil value (local 'rows')", source: "fleet.lua", line: 3,
      traceback: "stack traceback:\n\tfleet.lua:3: in local 'wave'\n\tfleet.lua:6: in main chunk\n\t[C]: in ?")
    #expect(
      text(error) == """
        error: attempt to index a nil value (local 'rows')
         --> fleet.lua:3
        3 |   local image = ims.system_image { name = rows.name, min_disk = 5 }
          |                                           ^^^^
          calls, innermost first:
            fleet.lua:3: in local 'wave'
            fleet.lua:6: in main chunk

        """)
  }

  @Test("A refused import lists every finding with field, rule, code and hint")
  func validation() {
    let report = ValidationReport(findings: [
      Finding(
        rule: 12, name: "min-disk", field: "min_disk", severity: .error, code: "IMG.0034",
        message: "min_disk must be 10 to 1024, not 5", hint: "Use 10 or more."),
      Finding(rule: 31, name: "tags", field: "tags[1]", severity: .warning, message: "looks like a secret"),
    ])
    let cause = ImportError(
      kind: .validation, message: "image \"ubuntu\": min_disk must be 10 to 1024, not 5", code: "IMG.0034",
      hint: "Use 10 or more.", report: report)
    let error = LuaError(
      kind: .runtime, message: cause.message, source: "fleet.lua", line: 4,
      traceback: "fleet.lua:4: in upvalue 'wave'", underlying: cause)
    #expect(
      text(error) == """
        error (validation): the request was refused by the rules; nothing was sent
         --> fleet.lua:4
        4 |   return ims.import(image)
          |   ^^^^^^^^^^^^^^^^^^^^^^^^
          ✘ min_disk must be 10 to 1024, not 5 (rule 12, IMG.0034)
              hint: Use 10 or more.
          ▲ tags[1]: looks like a secret (rule 31)
          calls, innermost first:
            fleet.lua:4: in upvalue 'wave'

        """)
  }

  @Test("An error of the cloud shows code, status, request id and the remedy")
  func service() {
    let error = ImportError(
      kind: .conflict, message: "The name is taken.", code: "IMG.0009", status: 409, requestID: "9f2c",
      hint: "Pick another.",
      job: Sample.job("ff80", "ubuntu"))
    #expect(
      text(error) == """
        error (conflict): The name is taken.
          code IMG.0009, HTTP status 409, request id 9f2c, job ff80
          hint: Pick another.

        """)
    #expect(
      text(ConfigurationError(message: "clouds.yaml: no entry 'x'", hint: "Entries: y")).contains("hint: Entries: y"))
  }

  @Test("A syntax error points at the token Lua stumbled over")
  func syntax() {
    let source = "local x = = 1"
    let error = LuaError(
      kind: .syntax(incomplete: false), message: "unexpected symbol near '='", source: "stdin", line: 1)
    let report = ErrorReport(error) { _ in Array(source.utf8) }
    #expect(
      report.text(ScreenStyle()) == """
        error (syntax): unexpected symbol near '='
         --> stdin:1
        1 | local x = = 1
          |         ^

        """)
  }

  @Test("Raised tables with the usual fields are shown by them, others as they are")
  func tables() {
    let usual = LuaError(
      kind: .runtime, message: "quota reached",
      value: .record([("kind", "policy"), ("message", "quota reached"), ("hint", "ask ops"), ("code", "OPS.1")]))
    #expect(text(usual) == "error (policy): quota reached\n  code OPS.1\n  hint: ask ops\n")
    let empty = LuaError(kind: .runtime, message: "", value: .table(LuaTable()))
    #expect(text(empty) == "error: the script raised {} instead of a message\n")
  }

  @Test("A line of any length is shown as the part that matters, within the window")
  func longLine() {
    let source = "f(" + String(repeating: "aaaa, ", count: 200_000) + "oops)"
    let error = LuaError(kind: .runtime, message: "bad 'aaaa'", source: "x", line: 1)
    let middle = ErrorReport(error) { _ in Array(source.utf8) }
    #expect(middle.lines(ScreenStyle(columns: 60)).allSatisfy { DisplayText.width($0) <= 60 })
    let text = String(repeating: "x + ", count: 200) + "oops"
    let far = ErrorReport(LuaError(kind: .runtime, message: "nil value (global 'oops')", source: "x", line: 1)) { _ in
      Array(text.utf8)
    }
    let lines = far.lines(ScreenStyle(columns: 60))
    #expect(lines.allSatisfy { DisplayText.width($0) <= 60 })
    #expect(lines[2].hasSuffix("oops"))
    #expect(lines[3].hasSuffix("^^^^"))
    #expect(DisplayText.width(lines[2]) == DisplayText.width(lines[3]))
  }

  @Test("A message of several lines, a hostile one and a missing source do no harm")
  func awkward() {
    let error = LuaError(
      kind: .runtime, message: "first\nsecond \u{1B}[31mred", source: "gone.lua", line: 99, traceback: "\u{1B}[2J")
    #expect(
      text(error) == """
        error: first
          second \\u{1b}[31mred
          --> gone.lua:99
          calls, innermost first:
            \\u{1b}[2J

        """)
  }

  @Test("A name that Lua has shortened is put right")
  func shortened() {
    let path = "/srv/" + String(repeating: "deep/", count: 20) + "fleet.lua"
    let short = "..." + path.suffix(56)
    let error = LuaError(
      kind: .runtime, message: "bad", source: short, line: 4, traceback: "\(short):4: in upvalue 'wave'")
    let report = ErrorReport(error, script: ScriptFile(name: path, bytes: Array(script.utf8)))
    #expect(report.location == .init(source: path, line: 4, text: "  return ims.import(image)"))
    #expect(report.traceback == ["\(path):4: in upvalue 'wave'"])
  }

  @Test("What else failed is told, a few of many")
  func related() {
    var error = LuaError(kind: .runtime, message: "the script's own")
    error.related = (1...7).map { (n: Int) in
      LuaError(kind: .runtime, message: "task \(n)\nmore", source: "a.lua", line: n)
    }
    let report = ErrorReport(error)
    #expect(report.related == (1...5).map { (n: Int) in "a.lua:\(n): task \(n)" } + ["… 2 more"])
    #expect(report.lines(ScreenStyle(columns: 60)).contains("    a.lua:1: task 1"))
    #expect(ErrorReport(LuaError(kind: .runtime, message: "alone")).related.isEmpty)
  }

  @Test("A very long traceback keeps its ends")
  func longTraceback() {
    let calls = (1...500).map { "\tdeep.lua:\($0): in upvalue 'f'" }.joined(separator: "\n")
    let report = ErrorReport(LuaError(kind: .runtime, message: "stack overflow", traceback: calls))
    #expect(report.traceback.count == 25)
    #expect(report.traceback[12] == "… 476 more")
    #expect(report.traceback.last == "deep.lua:500: in upvalue 'f'")
  }

  @Test("Colours change nothing but colours")
  func colors() {
    let error = LuaError(kind: .runtime, message: "bad 'rows'", source: "fleet.lua", line: 3, traceback: "fleet.lua:3")
    let colored = text(error, color: true)
    #expect(colored.hasPrefix("\u{1B}[1;31merror:\u{1B}[0m"))
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == text(error))
  }
}
