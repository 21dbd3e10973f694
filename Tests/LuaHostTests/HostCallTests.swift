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
      ("shop.add(1, 1/0)", "bad argument #2 'b' to 'shop.add': expected integer, got the number inf"),
      ("shop.add(1, coroutine.create(print))", "bad argument #2 'b' to 'shop.add': expected integer, got coroutine"),
      (
        "shop.add(1, 2, coroutine.create(print))",
        "too many arguments to 'shop.add': expected at most 2 arguments, got more"
      ),
      (
        "shop.order('x', coroutine.create(print))",
        "bad argument #2 'options' to 'shop.order': expected table, got coroutine"
      ),
      (
        "shop.echo(1, coroutine.create(print))",
        "bad argument #2 '...' to 'shop.echo': expected a value that can be copied, got coroutine"
      ),
      (
        "shop.order('x', {tags = {'a', {coroutine.create(print)}}})",
        "bad argument #2 'options' to 'shop.order': field 'tags': item 2: item 1: a coroutine cannot be copied"
      ),
      (
        "shop.order('x', {timeout = -1})",
        "bad argument #2 'options' to 'shop.order': field 'timeout': expected a duration like \"90s\" or \"1h30m\", got -1"
      ),
      ("shop.join({'a', 2})", "bad argument #1 'texts' to 'shop.join': item 2: expected string, got integer"),
      ("shop.join({'a'}, 'x', 1)", "too many arguments to 'shop.join': expected at most 2 arguments, got 3"),
      (
        "shop.paint('rad')",
        "bad argument #1 'colour' to 'shop.paint': expected one of \"red\"|\"green\", got \"rad\" (did you mean 'red'?)"
      ),
      ("shop.small(300)", "bad argument #1 'n' to 'shop.small': expected integer, got the integer 300"),
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

  @Test("Typed functions take and return optionals, lists, maps, words, tables, functions, objects and several results")
  func compound() async throws {
    let values = try await Bench().run(
      """
      local shop = require "shop"
      local p = shop.origin("home")
      local shout = shop.pick({f = function(s) return s .. "!" end}, "f")
      return shop.join({"a", "b"}), shop.join({"a", "b"}, "-"), shop.join({}, nil), shop.paint("red"),
        shop.count({x = 1, y = 2.5}).y, shout("hi"), p.label, p:moved(4).x, p:moved(4) == p, shop.nothing()
      """)
    #expect(values == ["ab", "a-b", "", "green", 2.5, "hi!", "home", 4, false])
    #expect(try await Bench().run("return require 'shop'.divide(17, 5)") == [3, 2])
    #expect(try await Bench().run("return require 'shop'.divide(17, 0)") == [.nil, .nil])
    #expect(
      try await Bench().run("return require 'shop'.seconds('1h30m'), require 'shop'.seconds(2)") == [5400.0, 2.0])
  }

  @Test("References among refused or dropped arguments are let go")
  func references() async throws {
    let bench = try Bench()
    let script = """
      local shop = require "shop"
      for i = 1, 3000 do
        local big = function() return i end
        pcall(shop.add, big, 1) pcall(shop.join, {big}, big) pcall(shop.pick, {f = big}, big) pcall(shop.order, big, big)
        pcall(shop.add, 1, 2, big) shop.pick({f = big}, "f") pcall(shop.echo, big, {coroutine.create(big)})
      end
      collectgarbage() collectgarbage()
      """
    try await bench.run(script)
    let before = await bench.vm.memoryUsed
    try await bench.run(script)
    #expect(await bench.vm.memoryUsed < before + 100_000)
  }

  @Test("What refuses an argument is an error object of kind 'argument', whatever is wrong with it")
  func kinds() async throws {
    let values = try await Bench { $0.valueCountLimit = 100 }.run(
      """
      local shop = require "shop"
      local cycle, deep, many = {}, {}, {}
      cycle.me = cycle
      for _ = 1, 300 do deep = {deep} end
      for i = 1, 200 do many[i] = i end
      local kinds = {}
      for _, v in ipairs {cycle, deep, many, coroutine.create(print)} do
        local ok, e = pcall(shop.echo, v)
        local sane, f = pcall(function() shop.point(1).x = v end)
        kinds[#kinds + 1] = tostring(e.kind) .. ":" .. tostring(f.kind)
      end
      return kinds
      """)
    #expect(values == [.list(["argument:argument", "argument:argument", "argument:argument", "argument:argument"])])
    #expect(
      try await Bench().caught("local t = {} t.t = t shop.point(1).x = t")
        == "field 'x' of shop.Point: field 't': table contains itself")
  }

  @Test("Arguments that outlive their call still hold what they were, but not the place")
  func kept() async throws {
    let bench = try Bench()
    _ = try await bench.run("local s = require 'shop' s.hold('one', 1) s.hold('two', 2) s.hold(s.echo(3), 3)")
    let held = bench.shelf.arguments.withLock { $0 }
    #expect(held.map(\.values) == [["one", 1], ["two", 2], [3, 3]])
    #expect(held.allSatisfy { $0.caller == nil && $0.functionName == "shop.hold" })
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
