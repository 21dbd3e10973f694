import Foundation
import Testing

@testable import LuaHost

@Suite("Whatever a script does, it can be cancelled", .serialized)
struct CancelTests {
  static let spinners = [
    "while true do end",
    "while true do pcall(error) end",
    "while true do pcall(function() while true do end end) end",
    "local function loop() while true do end end xpcall(loop, loop)",
    "local function loop() while true do end end while true do xpcall(loop, function() while true do end end) end",
    "local function f() while true do pcall(f) end end f()",
    "while true do coroutine.wrap(function() while true do end end)() end",
    "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "local function loop() while true do end end coroutine.wrap(function() xpcall(loop, loop) end)()",
    "table.sort({3, 2, 1}, function() while true do end end)",
    "while true do pcall(table.sort, {3, 2, 1}, function() while true do end end) end",
    "xpcall(table.sort, function() while true do end end, {3, 2, 1}, function() while true do end end)",
    "string.gsub('abc', '.', function() while true do end end)",
    "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
    "local c <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
    "local c <close> = setmetatable({}, {__close = function() local function l() while true do end end xpcall(l, l) end}) while true do end",
    "coroutine.wrap(function() local c <close> = setmetatable({}, {__close = function() while true do end end}) while true do end end)()",
    "tostring(setmetatable({}, {__tostring = function() while true do end end}))",
    "while true do load('return 1')() end",
    "local s = '' while true do s = s .. 'x' if #s > 1000 then s = '' end end",
    "local shop = require 'shop' while true do shop.add(1, 2) end",
    "local shop = require 'shop' while true do pcall(shop.fail, 'x') end",
    "local shop = require 'shop' while true do pcall(shop.wait, 'x') end",
    "require 'task'.sleep(1e6)",
    "pcall(require 'task'.sleep, 1e6) while true do end",
    "coroutine.wrap(function() require 'task'.sleep(1e6) end)()",
    "local task = require 'task' task.spawn(function() while true do end end):await()",
    "local task = require 'task' for i = 1, 10 do task.spawn(task.sleep, 1e6) end",
    "local task = require 'task' task.map({1, 2, 3}, function() task.sleep(1e6) end)",
    "local task = require 'task' task.group(function(g) g:spawn(function() while true do end end) while true do end end)",
    "require 'shop'.each({1}, function() while true do end end)",
    "os.date(setmetatable({}, {__name = 'x'}) and '%c') goto a ::a:: while true do goto a end",
    "local c <close> = setmetatable({}, {__close = function() while true do end end}) table.sort({3, 2, 1}, function() while true do end end)",
    "local spin = coroutine.create(function() while true do end end) local c <close> = setmetatable({}, {__close = function() coroutine.resume(spin) end}) while true do end",
    "while true do load(function() coroutine.wrap(function() while true do end end)() end) end",
    "table.sort({3, 2, 1}, function() while true do load(function() coroutine.wrap(function() while true do end end)() end) end end)",
    "local c <close> = setmetatable({}, {__close = function() while true do coroutine.wrap(function() for i = 1, 1e5 do end end)() end end}) while true do end",
    "local co local c <close> = setmetatable({}, {__close = function() coroutine.close(co) end}) table.sort({2, 1}, function() co = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() while true do end end}) while true do end end) coroutine.resume(co) end)",
    "xpcall(function() while true do end end, coroutine.wrap(function() while true do end end))",
    "local t = setmetatable({}, {__index = function(t, k) while true do end end}) local u = setmetatable({}, {__index = t}) return u.x",
    "local t = setmetatable({}, {__eq = function() while true do end end}) return t == setmetatable({}, getmetatable(t))",
    "local t = setmetatable({}, {__concat = function() while true do end end}) return t .. t",
    "local t = setmetatable({}, {__len = function() while true do end end}) while true do pcall(table.unpack, t) end",
    "for _ in function() return 1 end do end",
    "for _ in pairs(setmetatable({}, {__pairs = function() return function() return 1 end end})) do end",
    "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end",
    "while true do pcall(error, setmetatable({}, {__tostring = function() while true do end end})) end",
    "while true do pcall(function() local c <close> = setmetatable({}, {__close = function() while true do end end}) error() end) end",
    "local function f() coroutine.wrap(f)() end while true do pcall(f) end",
    "while true do coroutine.close(coroutine.create(print)) end",
    "load(function() while true do end end)",
    "string.format('%s', setmetatable({}, {__tostring = function() while true do pcall(error) end end}))",
    "local task = require 'task' while true do pcall(task.race, {function() while true do end end}) end",
    "local task = require 'task' while true do pcall(task.timeout, 1e6, function() task.sleep(1e6) end) end",
    "local task = require 'task' local function f() task.spawn(f) task.sleep(1e6) end f()",
  ]

  private func cancelled(_ bench: Bench, _ text: String) async {
    let work = Task { try await bench.run(text) }
    try? await Task.sleep(for: .milliseconds(25))
    work.cancel()
    let start = ContinuousClock.now
    let result = await work.result
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(throws: LuaError.self) { try result.get() }
    if case .failure(let error) = result { #expect((error as? LuaError)?.kind == .cancelled) }
    let after = try? await bench.run("return 1 + 1")
    #expect(after == [2])
  }

  @Test("A spinning or waiting script ends soon, and the VM stays usable", arguments: spinners)
  func spinner(text: String) async throws { await cancelled(try Bench(), text) }

  @Test("The same, with instructions counted", arguments: spinners)
  func countingSpinner(text: String) async throws { await cancelled(try Bench { $0.countsInstructions = true }, text) }

  @Test("A script that is cancelled before it starts does not run")
  func early() async throws {
    let bench = try Bench()
    let work = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await bench.run("print('ran')")
    }
    await #expect(throws: LuaError.self) { try await work.value }
    #expect(bench.output.text.isEmpty)
  }

  @Test("A spinning task does not keep others from running", arguments: [false, true])
  func fairness(counting: Bool) async throws {
    let bench = try Bench {
      $0.countsInstructions = counting
      $0.clock = SystemLuaClock()
    }
    let start = ContinuousClock.now
    let values = try await bench.run(
      """
      local task = require "task"
      local n, stop = 0, false
      local spinner = task.spawn(function() while not stop do n = n + 1 end return "spun" end)
      for i = 1, 5 do task.sleep(0.01) end
      stop = true
      return spinner:await(), n > 0
      """)
    #expect(values == ["spun", true])
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test("A cancelled script's __close handlers run, within a budget")
  func closes() async throws {
    let bench = try Bench()
    await cancelled(
      bench,
      """
      closed = 0
      local function counting() return setmetatable({}, {__close = function() closed = closed + 1 end}) end
      local a <close> = counting()
      coroutine.wrap(function() local b <close> = counting() require "task".sleep(1e6) end)()
      """)
    #expect(try await bench.run("return closed") == [2])
  }

  @Test("task:cancel ends a task; awaiting it is an error that can be caught")
  func taskCancel() async throws {
    let values = try await Bench().run(
      """
      local task = require "task"
      local t = task.spawn(function() pcall(task.sleep, 1e6) print("not reached") end)
      local before = t.status
      t:cancel()
      local ok, e = pcall(t.await, t)
      return before, ok, e.kind, t.status, tostring(t)
      """)
    #expect(values == ["running", false, "cancelled", "cancelled", "task (cancelled)"])
  }

  @Test("A callback that Swift runs is cancelled with the Swift task")
  func callback() async throws {
    let bench = try Bench()
    try await bench.run("require 'shop'.keep(function() while true do pcall(error) end end)")
    let function = bench.shelf.functions.withLock { $0.first }
    let work = Task { try await function?.call() }
    try await Task.sleep(for: .milliseconds(20))
    work.cancel()
    let error = await #expect(throws: LuaError.self) { try await work.value }
    #expect(error?.kind == .cancelled)
  }

  @Test("Several VMs spin and end independently")
  func several() async throws {
    let first = try Bench()
    let second = try Bench()
    let a = Task { try await first.run("while true do end") }
    let b = Task { try await second.run("while true do end") }
    try await Task.sleep(for: .milliseconds(20))
    a.cancel()
    _ = await a.result
    #expect(try await first.run("return 1") == [1])
    b.cancel()
    _ = await b.result
    #expect(try await second.run("return 2") == [2])
  }

  @Test("VMs can be made and dropped by the hundred")
  func many() async throws {
    for i in 0..<200 {
      let vm = try LuaVM()
      #expect(try await vm.run(Array("return \(i)".utf8), name: "n") == [.integer(Int64(i))])
    }
  }

  @Test("A closed VM refuses to run")
  func closed() async throws {
    let bench = try Bench()
    await bench.vm.close()
    let error = await #expect(throws: LuaError.self) { try await bench.run("return 1") }
    #expect(error?.message == "the Lua VM is closed")
  }
}
