import Testing

@testable import ScriptCheck

@Suite("Mistakes of syntax")
struct SyntaxTests {
  /// The problems as "line:column message".
  private static func problems(_ text: String) -> [String] {
    Shop.findings(text).filter { $0.rule == "syntax-error" }.map { "\($0.start.line):\($0.start.column) \($0.message)" }
  }

  @Test("Several mistakes are told at once, each at its place")
  func several() {
    let text = """
      local x = = 1
      if x then
        print(1
      end
      for i = 1 do end
      local function f()
        return 1 + )
      end
      y = 3..2
      print("a
      while true
        print(2)
      end
      x += 1
      """
    let lines = Self.problems(text).map { $0.split(separator: ":")[0] }
    #expect(lines == ["1", "4", "5", "7", "9", "10", "12", "14"], "\(Self.problems(text))")
  }

  @Test(
    "Messages name what was expected and hints what was meant",
    arguments: [
      ("x != 1", "~="), ("if x = 1 then end", "=="), ("x += 1", "x = x + …"), ("x++", "x + 1"),
      ("if a && b then end", "'and'"),
      ("x = a || b", "'or'"), ("lcoal x = 1", "'local'"), ("for i = 1, 2 do continue end", "goto continue"),
      ("x = “a”", "\" or '"), ("x = !y", "'not'"), ("local function a.b() end", "plain name"),
      ("local end = 1", "word of Lua"), ("return 1 print(2)", "last statement"), ("f() = 1", "assigned to"),
      ("x = { a = 1 b = 2 }", "comma"), ("print(1, )", "behind the comma"), ("function () end", "local f = function"),
      ("x = 'a\\qb'", "\\\\"), ("if x then\nelse if y then\nend", "elseif"), ("end", "one 'end' more"),
      ("for i = 1, 2 then end", "it is 'do'"), ("local x <cnst> = 1", "'const'"), ("goto a do ::a:: end", "its block"),
      ("x = a ? b : c", "and a or b"),
    ])
  func hints(script: (text: String, expected: String)) {
    let findings = Shop.findings(script.text).filter { $0.rule == "syntax-error" }
    #expect(
      findings.contains { ($0.hint ?? "").contains(script.expected) },
      "\(script.text): \(findings.map { ($0.message, $0.hint) })")
  }

  @Test("A missing end is told at the block whose indentation shows it")
  func missingEnd() throws {
    let text = "local function f()\n  if x then\n    print(1)\nend\n\nlocal function g()\n  print(2)\nend\n"
    let finding = try #require(Shop.findings(text).first)
    #expect(finding.message.hasPrefix("'end' expected (to close 'function' at line 1)"))
    #expect(finding.related.first?.start.line == 2)
  }

  @Test("Places count characters, whatever the line ends are")
  func positions() {
    #expect(Self.problems("x = 'ä' = 1")[0].hasPrefix("1:9 "))
    #expect(Self.problems("\tx = = 1")[0].hasPrefix("1:6 "))
    for end in ["\n", "\r\n", "\r", "\n\r"] {
      #expect(Self.problems("x = 1\(end)y = 2\(end)z = = 3")[0].hasPrefix("3:5 "))
    }
  }

  @Test("Text that is none is told with its place")
  func encoding() {
    let checker = ScriptChecker(interface: Shop.interface)
    let latin = checker.check(Array("x = 1\ny = '".utf8) + [0xE4] + Array("'".utf8), path: "x.lua")
    #expect(latin.map(\.rule) == ["encoding"] && latin[0].start.line == 2 && latin[0].start.column == 6)
    #expect(checker.check([0x1B, 0x4C, 0x75, 0x61, 0x54], path: "x.lua").map(\.rule) == ["encoding"])
    #expect(checker.check(Array("x = 1 \0".utf8), path: "x.lua").map(\.rule).contains("encoding"))
    #expect(checker.check([], path: "x.lua").isEmpty)
  }
}
