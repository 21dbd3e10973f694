import LuaHost
import Testing

@testable import ScriptCheck

@Suite("Types that follow from declarations")
struct TypeTests {
  static let head = "local shop, task = require 'shop', require 'task' _ = shop, task\n"

  @Test(
    "Members, fields, arguments and values are held against the declarations",
    arguments: [
      ("shop.ordr {}", "6 unknown-member"), ("print(shop.limit)", ""), ("print(shop.limits)", "12 unknown-member"),
      ("shop.order { what = 'x' }", ""), ("shop.order { waht = 'x', what = 'y' }", "14 unknown-field"),
      ("shop.order {}", "12 missing-field"), ("shop.order { count = 1 }", "12 missing-field"),
      ("local k = 'what' shop.order { [k] = 1 }", ""),
      ("shop.order { what = 1 }", "21 argument-type"), ("shop.order { what = 'x', count = 1.5 }", "34 argument-type"),
      ("shop.order { what = 'x', count = '1' }", "34 argument-type"), ("shop.order { what = 'x', count = 2.0 }", ""),
      ("shop.order { what = 'x', within = '10x' }", "35 wrong-value"), ("shop.order { what = 'x', within = 10 }", ""),
      ("shop.order { what = 'x', within = true }", "35 argument-type"),
      ("shop.order { what = 'x', weight = '4 elephants' }", "35 wrong-value"),
      ("shop.order { what = 'x', speed = 'fasst' }", "34 wrong-value"),
      ("shop.order { what = 'x', colour = 'gren' }", "35 unknown-value"),
      ("shop.order { what = 'x', tags = { 'a', 1 } }", "40 argument-type"),
      ("shop.order { what = 'x', tags = { a = 'b' } }", "35 argument-type"),
      ("shop.order { what = 'x', labels = { 'b' } }", "37 argument-type"),
      ("shop.order { 'x' }", "14 argument-type"), ("shop.order { what = nil }", "12 missing-field"),
      ("local o = { what = 'x', cuont = 1 } shop.order(o)", "25 unknown-field"),
      ("local o = {} o.what = 'x' shop.order(o)", ""),
      ("shop.buy()", "1 argument-count"), ("shop.buy('x', 1, 2)", "18 argument-count"),
      ("shop.buy(nil)", "10 argument-type"),
      ("shop.buy(...)", ""), ("shop.buy('x', ...)", ""), ("shop.buy('x', nil)", ""), ("shop.buy(print())", ""),
      ("shop.buy(1)", "10 argument-type"), ("shop.buy({})", "10 argument-type"),
      ("shop:buy('x')", "6 method-call"), ("print(shop.buy)", ""),
      ("local j = shop.order { what = 'x' } j:wiat()", "39 unknown-field"),
      ("local j = shop.order { what = 'x' } j.wait()", "38 method-call"),
      ("local j = shop.order { what = 'x' } j.wait(j)", ""), ("local j = shop.order { what = 'x' } print(j.wait)", ""),
      ("local j = shop.order { what = 'x' } j.wait { timeout = '1s' }", "38 method-call"),
      ("local j = shop.order { what = 'x' } j:wait { timout = '1s' }", "46 unknown-field"),
      ("local j = shop.order { what = 'x' } j.id = 'x'", "39 read-only-field"),
      ("local j = shop.order { what = 'x' } j.title = 'x'", ""),
      ("local j = shop.order { what = 'x' } j.new = 'x'", "39 unknown-field"),
      ("local j = shop.order { what = 'x' } j:describe()", "37 unused-result"),
      ("local j = shop.order { what = 'x' } j()", "37 call-non-function"),
      ("local r = shop.order({ what = 'x' }):wait() print(r.idd)", "53 unknown-field"),
      ("local r = shop.buy 'x' print(r.parts[1].nam)", "41 unknown-field"),
      ("local r = shop.buy 'x' for _, p in ipairs(r.parts) do print(p.nam) end", "63 unknown-field"),
      ("local r = shop.buy 'x' for _, p in pairs(r.parts) do print(p.nam) end", "62 unknown-field"),
      ("local r = shop.buy 'x' print(r.parts.count)", "38 unknown-field"),
      ("local r = shop.buy 'x' for p in r.parts do print(p) end", "33 call-non-function"),
      ("local r = shop.buy 'x' r.extra = 1 print(r.extra)", ""),
      ("local r r = shop.buy 'x' print(r.idd)", "34 unknown-field"),
      ("local r = shop.buy 'x' r = shop.order { what = 'y' } print(r.idd)", "62 unknown-field"),
      ("local r = shop.buy 'x' r = 5 or print() print(r.idd)", "49 unknown-field"),
      ("local r = shop.buy 'x' r = load('x') print(r.idd)", ""),
      ("for j in shop.jobs() do print(j.idd) end", "33 unknown-field"),
      ("shop.watch(function(r) print(r.idd) end)", "32 unknown-field"),
      ("shop.watch(function(r) r = {} print(r.idd) end)", ""),
      ("local function make() return shop.buy 'x' end print(make().idd)", "60 unknown-field"),
      (
        "local function make(a) if a then return nil end return shop.buy 'x' end print(make(1).idd)", "87 unknown-field"
      ),
      ("local x = shop.log 'x' print(x)", "11 no-result"), ("shop.run { what = 'x' }", "10 argument-type"),
      ("shop.run(shop.buy 'x')", "10 argument-type"), ("shop.run(shop.order { what = 'x' })", ""),
      ("print(shop.buy 'x' .. 'y')", "7 bad-operand"), ("print('x' .. shop.buy('x').paid)", "14 bad-operand"),
      ("print('x' .. shop.buy('x').note)", ""), ("print(shop.buy('x').count > '3')", "7 bad-operand"),
      ("print(shop.buy('x').state == 'snet')", "30 impossible-comparison"),
      ("print(shop.buy('x').state == 'sent')", ""),
      ("print(shop.buy('x').count == '3')", "30 impossible-comparison"),
      ("print(#shop.buy('x').id, #shop.buy('x').parts)", ""),
      ("print(shop.old())", "7 deprecated"), ("shop()", "1 call-non-function"),
      ("local l = task.map({ 'a' }, function(n) return shop.buy(n) end) print(l[1].idd)", "76 unknown-field"),
      ("local l = task.map({ 'a' }, { concurrency = 2 }, shop.buy) print(l[1].idd)", "71 unknown-field"),
      ("task.map({ 'a' }, { concurency = 2 }, shop.buy)", "21 unknown-field"),
      ("task.group(function(g) g:spwan(print) end)", "26 unknown-field"), ("task.sleep '10x'", "12 wrong-value"),
      ("task.map({ shop.buy 'x' }, function(r) print(r.idd) end)", "48 unknown-field"),
      ("shop.watch2 { f = function(r) print(r.idd) end }", "39 unknown-field"),
      ("local M = {} function M:f() self.x = 1 end M.f(M) print(M.x)", ""),
      ("local ok, r = pcall(shop.buy, 'x') print(ok, r.idd)", ""),
    ])
  func declared(script: (text: String, expected: String)) {
    let found = Shop.check(Self.head + script.text).map { $0.dropFirst(2) }.joined(separator: ", ")
    #expect(found == script.expected, "\(script.text)")
  }

  @Test("Messages say what was expected, what came and what to do")
  func messages() throws {
    let finding = try #require(Shop.findings(Self.head + "shop.run { what = 'x' }").first)
    #expect(finding.message == "'job' of 'shop.run' must be a shop.Job, got a table")
    #expect(finding.hint == "shop.order gives one")
    #expect(Shop.findings("local s = require 'shop' s.ordr {}").first?.hint == "did you mean 'order'?")
    #expect(Shop.findings("shop.buy 'x'").first?.hint == "local shop = require \"shop\"")
  }
}

@Suite("The checker holds out against everything")
struct HostileTests {
  @Test("Definitions that go in circles, and branch at every step, take no time")
  func circles() {
    var circle = "local f0\n"
    for index in 1...60 {
      circle += "local function f\(index)() if f0 then return f\(index - 1)() end return f\(index - 1)() or f0() end\n"
    }
    circle += "f0 = f60\nlocal x = f60()\nprint(x.y, f0().z)"
    #expect(Shop.check(circle) == [])
    #expect(Shop.check("local a, b a = b b = a print(a.x)") == [])
    #expect(Shop.check("local function f() return f() end local x = f() print(x.y)") == [])
    #expect(Shop.check("local t = {} t.t = t print(t.t.t.t)") == [])
    #expect(Shop.check("local x = 1 for i = 1, 3 do x = x + i end print(x)") == [])
  }

  @Test("Long chains, lists and operators are judged in one go")
  func length() {
    let many = 20_000
    for text in [
      "local t = {} print(t" + String(repeating: ".x", count: many) + ")",
      "local t = print t" + String(repeating: "()", count: many),
      "local x = 1" + String(repeating: " + 1", count: many) + " print(x)",
      "local x = 'a'" + String(repeating: " .. 'a'", count: 150) + " print(x)",
      "local x = {" + String(repeating: "1,", count: many) + "} print(x)",
      String(repeating: "print(1) ", count: many), String(repeating: "if print() then print(1) end ", count: many),
      "if print() then print(1) " + String(repeating: "elseif print() then print(1) ", count: many) + "end",
      String(repeating: "do local x = 1 print(x) end ", count: many), String(repeating: "\n", count: 300_000),
      "local x = " + String(repeating: "not ", count: 150) + "1 print(x)",
    ] {
      #expect(!Shop.findings(text).contains { $0.rule == "syntax-error" }, "\(text.prefix(40))")
    }
    for text in [
      String(repeating: "(", count: 100_000), String(repeating: "{", count: 100_000),
      String(repeating: "x = function() ", count: 100_000),
      String(repeating: "do ", count: 100_000), String(repeating: "end ", count: 100_000),
      String(repeating: "[", count: 100_000),
      String(repeating: "x = = ", count: 100_000), String(repeating: "\"", count: 100_001),
      String(repeating: "a.", count: 100_000),
      String(repeating: "not ", count: 100_000), String(repeating: "x = = 1\n", count: 100_000),
      String(repeating: "!", count: 50_000),
    ] {
      #expect(Shop.findings(text).contains { $0.rule == "syntax-error" }, "\(text.prefix(40))")
    }
  }

  @Test("Mutated scripts never stop the checker", arguments: [1, UInt64.random(in: 2..<1_000_000)])
  func mutations(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let scripts = Corpus.scripts.filter { !$0.path.hasPrefix("lua/types") && !$0.bytes.isEmpty }
    for _ in 0..<600 {
      guard let script = scripts.randomElement(using: &random) else { return }
      let mutated = Mutation.mutate(script.bytes, others: scripts.map(\.bytes), using: &random)
      let checker = ScriptChecker(interface: Shop.interface)
      for finding in checker.check(mutated, path: "x.lua") {
        #expect(finding.start <= finding.end && finding.end.offset <= mutated.count, "seed \(seed)")
        #expect(finding.start.line >= 1 && finding.start.column >= 1)
      }
    }
  }
}
