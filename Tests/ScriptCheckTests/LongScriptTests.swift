import Testing

@testable import ScriptCheck

@Suite("Scripts of unusual shape")
struct LongScriptTests {
  private func findings(_ text: String) -> [CheckFinding] {
    ScriptChecker(interface: Shop.interface).check(Array(text.utf8), path: "long.lua")
  }

  @Test("A finding on a line of a megabyte quotes what stands around it, and the column still leads there")
  func longLine() throws {
    let filler = String(repeating: "ü", count: 300_000)
    let found = findings("print('\(filler)', first_unknown) print('\(filler)') print(second_unknown)")
    #expect(found.map(\.rule) == ["undefined-global", "undefined-global"])
    for (finding, name) in zip(found, ["first_unknown", "second_unknown"]) {
      #expect(finding.sourceLine.utf8.count <= 2048 && finding.start.line == 1)
      let place = finding.start.column - finding.sourceColumn
      let scalars = String.UnicodeScalarView(finding.sourceLine.unicodeScalars.dropFirst(place))
      #expect(String(scalars).hasPrefix(name))
    }
  }

  @Test("A line of ordinary length is quoted whole")
  func ordinaryLine() {
    let found = findings("  print(unknown) -- a remark\n")
    #expect(found.map(\.sourceLine) == ["  print(unknown) -- a remark"])
    #expect(found.map(\.sourceColumn) == [1])
  }

  @Test("A comment above other comments switches off the next line of code, a blank line or not")
  func rowsOfComments() {
    let found = findings(
      """
      -- slipway: ignore undefined-global
      -- a remark

      --[[ another ]] -- and one more
      print(unknown)
      print(unknown)
      -- slipway: ignore undefined-global
      """)
    #expect(found.map(\.start.line) == [6])
  }

  @Test("A branch with a comment in it is not empty, whatever comments stand elsewhere")
  func branches() {
    let found = findings(
      """
      -- one
      if print then -- two
      end
      if print then
      end -- three
      """)
    #expect(found.map(\.rule) == ["empty-branch"] && found.map(\.start.line) == [4])
  }
}
