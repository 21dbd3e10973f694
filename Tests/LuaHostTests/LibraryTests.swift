import Testing

@testable import LuaHost

@Suite("The library scripts see")
struct LibraryTests {
  @Test("What could reach the machine is not there")
  func absent() async throws {
    let values = try await Bench().run(
      """
      local found = {}
      for _, path in ipairs { "io", "dofile", "loadfile", "string.dump", "os.execute", "os.remove",
          "os.rename", "os.getenv", "os.tmpname", "os.setlocale", "debug.sethook", "debug.getregistry",
          "debug.setmetatable", "debug.setupvalue", "module", "loadstring", "package.loadlib", "package.searchers" } do
        local value = _G
        for part in path:gmatch("[^.]+") do value = value and value[part] end
        if value then found[#found + 1] = path end
      end
      return table.concat(found, " ")
      """)
    #expect(values == [""])
  }

  @Test("What scripts need is there")
  func present() async throws {
    let values = try await Bench().run(
      """
      return os.time{year = 2024, month = 1, day = 1, hour = 12} > 0, #os.date("%Y"), os.clock() >= 0, os.difftime(2, 1),
        utf8.char(228), math.tointeger(3.0), table.concat({1, 2}, "-"), ("x"):rep(3), debug.traceback("m"):sub(1, 1),
        select("#", 1, 2), _VERSION, require("string") == string, next({}), tostring(nil), math.type(1)
      """)
    #expect(
      values == [
        true, 4, true, 1.0, "ä", 3, "1-2", "xxx", "m", 2, "Lua 5.4", true, .nil, "nil", "integer",
      ])
  }

  @Test("print writes what tostring gives, separated by tabs, byte for byte")
  func print() async throws {
    let bench = try Bench()
    try await bench.run(
      "print() print(1, 'a\\0b', nil, true, setmetatable({}, {__tostring = function() return 'obj' end})) print(('x'):rep(100000))"
    )
    #expect(bench.output.text == "\n1\ta\0b\tnil\ttrue\tobj\n" + String(repeating: "x", count: 100_000) + "\n")
  }

  @Test("An error in __tostring is an error of print, in the script")
  func printError() async throws {
    #expect(
      try await Bench().caught("print(setmetatable({}, {__tostring = function() error('inner', 0) end}))") == "inner")
  }

  @Test("load takes text only, whatever mode it is asked for")
  func load() async throws {
    let values = try await Bench().run(
      """
      local a = load("return 1 + 1")()
      local b, why = load("\\27Lua", "chunk", "b")
      local c, also = load("\\27Lua")
      local d = load(function() return nil end)
      local e = load("return x", "chunk", "bt", {x = 5})()
      local f = load("x = ", "name")
      return a, b, why:match("attempt to load.*"), c, also ~= nil, type(d), e, f
      """)
    #expect(
      values == [
        2, .nil, "attempt to load a binary chunk (mode is 't')", .nil, true, "function", 5, .nil,
      ])
    #expect(try await Bench().failure("\u{1B}Lua").message.contains("binary chunk"))
  }

  @Test("Finalizers are refused, other metamethods work")
  func finalizers() async throws {
    #expect(try await Bench().caught("setmetatable({}, {__gc = print})")?.contains("'__gc' is not available") == true)
    #expect(
      try await Bench().run("local t = setmetatable({}, {__index = {a = 1}}); return t.a, getmetatable(t).__index.a")
        == [1, 1])
    #expect(
      try await Bench().caught("local t = setmetatable({}, {__metatable = 1}) setmetatable(t, {})")?
        .contains("protected metatable") == true)
  }

  @Test("collectgarbage is Lua's own in the trusted level, and counts only in the sandbox")
  func collect() async throws {
    let all = "return collectgarbage('count') > 0, collectgarbage(), collectgarbage('isrunning')"
    #expect(try await Bench().run(all) == [true, 0, true])
    let sandbox = try Bench { $0.sandbox = .sandboxed }
    #expect(try await sandbox.run("return collectgarbage('count') > 0") == [true])
    #expect(try await sandbox.caught("collectgarbage()")?.contains("only 'count' is") == true)
  }

  @Test("One VM cannot change another's library")
  func separate() async throws {
    let first = try Bench()
    try await first.run("string.rep = function() return 'mine' end")
    #expect(try await Bench().run("return ('x'):rep(2)") == ["xx"])
    #expect(try await first.run("return ('x'):rep(2)") == ["mine"])
  }

  @Test("The release of Lua can be asked")
  func release() { #expect(LuaVM.luaRelease.hasPrefix("Lua 5.4")) }

  @Test("A first line with #! and a byte order mark are skipped, line numbers stay")
  func shebang() async throws {
    let error = try await Bench().failure("\u{FEFF}#!/usr/bin/env slipway\nerror('x')")
    #expect(error.line == 2)
  }

  @Test("Arguments of a script are its varargs")
  func varargs() async throws {
    #expect(
      try await Bench().run("local a, b = ... return b, a, select('#', ...)", arguments: ["x", 2]) == [2, "x", 2])
  }
}
