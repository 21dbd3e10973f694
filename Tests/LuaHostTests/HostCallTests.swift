import Testing

@testable import LuaHost

@Suite("Host functions check what they are given")
struct HostCallTests {
  @Test(
    "A wrong call is an error that names function, parameter, expectation and what came",
    arguments: [
      ("shop.order()", "bad argument #1 'name' to 'shop.order': expected string, got no value"),
      ("shop.order(5)", "bad argument #1 'name' to 'shop.order': expected string, got integer"),
      ("shop.order('x', {}, 3)", "too many arguments to 'shop.order': expected at most 2 arguments, got 3"),
      (
        "shop.order('x', {timout = 3})",
        "bad argument #2 'options' to 'shop.order': unknown field 'timout' (did you mean 'timeout'?)"
      ),
      (
        "shop.order('x', {timeout = 'soon'})",
        "bad argument #2 'options' to 'shop.order': field 'timeout': expected a duration like \"90s\" or \"1h30m\", got \"soon\""
      ),
      (
        "shop.order('x', {mode = 'fats'})",
        "bad argument #2 'options' to 'shop.order': field 'mode': expected one of \"fast\"|\"slow\", got \"fats\" (did you mean 'fast'?)"
      ),
      (
        "shop.order('x', {tags = {'a', 2}})",
        "bad argument #2 'options' to 'shop.order': field 'tags': item 2: expected string, got integer"
      ),
      (
        "shop.order('x', {count = 1.5})",
        "bad argument #2 'options' to 'shop.order': field 'count': expected integer, got number with a fraction: 1.5"
      ),
      ("shop.order('x', {'y'})", "bad argument #2 'options' to 'shop.order': expected named fields, got a list"),
      ("shop.order('x', true)", "bad argument #2 'options' to 'shop.order': expected table, got boolean"),
      ("shop.add(1)", "bad argument #2 'b' to 'shop.add': expected integer, got no value"),
      ("shop.add(1, 2.5)", "bad argument #2 'b' to 'shop.add': expected integer, got number with a fraction: 2.5"),
      ("shop.add(1, {})", "bad argument #2 'b' to 'shop.add': expected integer, got table"),
      ("shop.add(1, 2, 3)", "too many arguments to 'shop.add': expected at most 2 arguments, got 3"),
      ("shop.shout(print)", "bad argument #1 's' to 'shop.shout': expected string, got function"),
      ("shop.each({}, 1)", "bad argument #2 'f' to 'shop.each': expected function, got integer"),
      (
        "shop.each({x = 1}, print)",
        "bad argument #1 'list' to 'shop.each': expected a list, got a table with the key 'x'"
      ),
    ])
  func messages(call: String, message: String) async throws {
    #expect(try await Bench().caught(call) == message)
  }

  @Test("Right values pass, durations and sizes in every spelling, whole floats as integers")
  func accepted() async throws {
    let values = try await Bench().run(
      """
      local shop = require "shop"
      local t, s, c = shop.order("x", {timeout = "1h30m", size = "40GB", count = 3.0})
      return t, s, math.type(c), shop.order("x", {timeout = 2}), shop.order("x", nil), shop.add(2.0, 3)
      """)
    #expect(values == [5400.0, .integer(40 << 30), "integer", 2.0, .nil, 5])
  }

  @Test("Argument errors have the kind 'argument' and the place of the call")
  func argumentFields() async throws {
    let error = try await Bench().failure("\n\nrequire 'shop'.order(5)")
    #expect(error.value.objectValue != nil && error.underlying is ArgumentError)
    #expect(error.source == "test.lua" && error.line == 3)
    #expect(
      try await Bench().run("local ok, e = pcall(require 'shop'.order, 5); return e.kind, e.nonsense") == [
        "argument", .nil,
      ])
  }

  @Test("A host function knows where it was called")
  func caller() async throws {
    #expect(
      try await Bench().run("\nlocal w = require 'shop'.where\nreturn (w()), (pcall(w))") == ["test.lua:3", true])
  }

  @Test("Typed functions take and return text and numbers")
  func typed() async throws {
    let bench = try Bench()
    #expect(
      try await bench.run("local s = require 'shop'; return s.shout('grün'), s.add(math.maxinteger, 1)")
        == ["GRÜN", .integer(.min)])
  }

  @Test("Modules carry constants, and a signature comes from the declaration")
  func declaration() async throws {
    #expect(try await Bench().run("local s = require 'shop'; return s.answer, #s.list") == [42, 3])
    let order = Shop.module().functions.first { $0.name == "shop.order" }
    #expect(order?.signature == "shop.order(name: string, options?: table)")
    #expect(order?.key == "order")
  }

  @Test("Modules can be plain values or Lua text that the program carries")
  func otherModules() async throws {
    let bench = try Bench {
      $0.modules += [
        HostModule("args", "", value: .list(["a", "b"])),
        HostModule("helper", "", source: Array("return {twice = function(x) return 2 * x end}".utf8)),
      ]
    }
    #expect(try await bench.run("return require 'args'[2], require 'helper'.twice(4)") == ["b", 8])
  }
}
