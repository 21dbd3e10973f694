import Testing

@testable import LuaHost

@Suite("Errors keep their message, place and value")
struct ErrorTests {
  @Test("An uncaught error has message, source, line and traceback")
  func plain() async throws {
    let error = try await Bench().failure("local function inner()\n  error('boom')\nend\nlocal ok = inner()\nreturn ok")
    #expect(error.kind == .runtime && error.message == "boom" && error.source == "test.lua" && error.line == 2)
    #expect(error.traceback.contains("test.lua:2: in") && error.traceback.contains("test.lua:4: in"))
    #expect(error.value == "test.lua:2: boom")
    #expect(error.description == "test.lua:2: boom")
  }

  @Test("A Swift error becomes an error object with fields, and comes back as the same value")
  func structured() async throws {
    let values = try await Bench().run(
      """
      local ok, e = pcall(require "shop".fail, "S1")
      local read_only = not pcall(function() e.code = 1 end)
      return tostring(e), e.kind, e.code, e.retryable, e.message, read_only, "! " .. e, type(e)
      """)
    #expect(
      values == [
        "the shop is closed", "shop", "S1", true, "the shop is closed", true, "! the shop is closed", "userdata",
      ])
    let error = try await Bench().failure("local shop = require 'shop'\nlocal x = shop.fail('S2')")
    #expect((error.underlying as? ShopError)?.code == "S2")
    #expect(error.message == "the shop is closed" && error.line == 2 && error.source == "test.lua")
    #expect(error.traceback.contains("test.lua:2"))
  }

  @Test("An error object raised again is the same Swift error")
  func reraised() async throws {
    let error = try await Bench().failure("local ok, e = pcall(require 'shop'.fail, 'S3')\n\nerror(e)")
    #expect((error.underlying as? ShopError)?.code == "S3")
  }

  @Test("A Swift error without fields converts, and keeps its text")
  func plainSwift() async throws {
    #expect(try await Bench().caught("shop.fail_plain()") == "plain trouble")
    #expect(try await Bench().failure("require 'shop'.fail_plain()").underlying is PlainError)
  }

  @Test("An error after waiting is caught by the script's pcall, with the place of the call")
  func later() async throws {
    #expect(
      try await Bench().run("local ok, e = pcall(require 'shop'.fail_later)\nreturn ok, e.code") == [false, "later"])
    let error = try await Bench().failure("local shop = require 'shop'\n\nlocal x = shop.fail_later()")
    #expect(error.line == 3 && error.underlying is ShopError)
  }

  @Test(
    "Odd error values give clear messages",
    arguments: [
      ("error({})", "the error value is a table without a message"),
      ("error({message = 'm'})", "m"),
      ("error(nil)", "the error value is nil (error was called without a message)"),
      ("error()", "the error value is nil (error was called without a message)"),
      ("error(true)", "the error value is a boolean: true"),
      ("error(12)", "the error value is a number: 12"),
      ("error(setmetatable({}, {__tostring = function() return 'mine' end}))", "mine"),
      (
        "error(setmetatable({}, {__tostring = function() while true do end end}))",
        "the error value's __tostring took too long"
      ),
      (
        "error(setmetatable({}, {__tostring = function() local function loop() while true do end end "
          + "xpcall(loop, loop) end}))", "the error value's __tostring took too long"
      ),
      ("error('with: colon 10: x', 0)", "with: colon 10: x"),
      ("error('a\\0b', 0)", "a\0b"),
      ("error(coroutine.create(print))", nil),
      ("error(string.rep)", nil),
    ] as [(String, String?)])
  func odd(statement: String, message: String?) async throws {
    let error = try await Bench().failure(statement)
    if let message { #expect(error.message == message) }
    #expect(error.kind == .runtime && !error.message.isEmpty && error.line == 1)
  }

  @Test("A __tostring that fails or gives no text does not hide that there was an error")
  func badTostring() async throws {
    let failing = try await Bench().failure("error(setmetatable({}, {__tostring = function() error('inner') end}))")
    #expect(failing.message.contains("inner"))
    let wrong = try await Bench().failure("error(setmetatable({}, {__tostring = function() return {} end}))")
    #expect(wrong.message.contains("__tostring"))
  }

  @Test("An error table comes out as a value, and keeps its identity inside")
  func tableValue() async throws {
    let error = try await Bench().failure("error({code = 7, list = {1}})")
    #expect(error.value.tableValue?["code"] == 7)
    let values = try await Bench().run(
      "local t = {}; local task = require 'task'; local ok, e = pcall(function() task.spawn(function() error(t) end):await() end); return e == t"
    )
    #expect(values == [true])
  }

  @Test(
    "Syntax errors name the line; unfinished input is told apart",
    arguments: [
      ("local x = = 1", false), ("for i = 1, 2 do", true), ("return (", true), ("x = 'abc", true), ("end", false),
      ("x = [[abc", true), ("goto nowhere", false),
    ])
  func syntax(text: String, incomplete: Bool) async throws {
    let error = try await Bench().failure("\n" + text)
    #expect(error.kind == .syntax(incomplete: incomplete))
    #expect(error.source == "test.lua" && error.line == 2)
  }

  @Test(
    "os.exit ends the run with its status, whatever pcall says",
    arguments: [
      ("os.exit()", 0), ("os.exit(3)", 3), ("os.exit(true)", 0), ("os.exit(false)", 1), ("pcall(os.exit, 4)", 4),
      ("xpcall(function() os.exit(5) end, print)", 5), ("coroutine.wrap(function() os.exit(6) end)()", 6),
      ("table.sort({2, 1}, function() os.exit(7) end)", 7), ("pcall(table.sort, {2, 1}, function() os.exit(8) end)", 8),
      ("require 'task'.spawn(os.exit, 9):await()", 9),
      ("require 'task'.spawn(os.exit, 10) require 'task'.sleep(1000)", 10),
    ] as [(String, Int32)])
  func exit(statement: String, status: Int32) async throws {
    let bench = try Bench()
    #expect(try await bench.failure("\(statement) print('after')").kind == .exit(status))
    #expect(bench.output.text.isEmpty)
  }

  @Test("An error in a task carries the task's own traceback, and that of the task that awaited it")
  func throughTasks() async throws {
    let error = try await Bench().failure(
      """
      local task = require "task"
      local function deep()
        error("deep trouble")
      end
      local t = task.spawn(function() deep() end)
      local x = t:await()
      """)
    #expect(error.message == "deep trouble" && error.line == 3)
    #expect(error.traceback.contains("test.lua:3: in"))
    #expect(error.traceback.contains("awaited by the main task:") && error.traceback.contains("test.lua:6"))
  }

  @Test("A long script name is not shortened")
  func longName() async throws {
    let name = String(repeating: "directory/", count: 12) + "fleet.lua"
    let vm = try Bench().vm
    for text in ["error('x')", "x = = 1", "local n = nil + 1", "require 'shop'.fail('S')"] {
      let error = await #expect(throws: LuaError.self) { try await vm.run(Array(text.utf8), name: name) }
      #expect(error?.source == name && error?.line == 1)
      #expect(error?.message.contains("fleet.lua") == false)
    }
  }
}
