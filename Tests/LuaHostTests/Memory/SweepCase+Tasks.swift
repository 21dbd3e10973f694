import Synchronization
import Testing

@testable import LuaHost

extension SweepCase {
  /// Waiting, coroutines, tasks, and every way in which a task ends.
  static let tasks: [SweepCase] = [
    SweepCase(
      "coroutines",
      """
      local co = coroutine.create(function(...)
        local got = {coroutine.yield(select("#", ...), ...)}
        local x <close> = setmetatable({}, {__close = function() got.closed = true end})
        coroutine.yield(got)
        error("after")
      end)
      local ok, n, a = coroutine.resume(co, "a", "b")
      if not ok then oom(n) end
      assert(n == 2 and a == "a" and coroutine.status(co) == "suspended")
      local ok2, got = coroutine.resume(co, table.unpack({1, 2, 3}))
      if not ok2 then oom(got) end
      assert(got[3] == 3)
      local ok3, e = coroutine.resume(co)
      assert(not ok3 and oom(e):find("after") and coroutine.status(co) == "dead" and not got.closed)
      ok3, e = coroutine.close(co)
      assert(oom(e) and got.closed)
      local w = coroutine.wrap(function() for i = 1, 30 do coroutine.yield(i, {}, ("x"):rep(i)) end end)
      local sum = 0
      for i, t, x in w do if #x ~= i then error("wrong") end sum = sum + i if i == 30 then break end end
      local dead = coroutine.wrap(function() return 1 end)
      dead()
      ok, e = pcall(dead)
      assert(not ok and oom(e):find("dead coroutine"))
      local isMain = select(2, coroutine.running())
      local many = {coroutine.resume(coroutine.create(function(...) return ... end), table.unpack({}, 1, 150))}
      if not many[1] then oom(many[2]) end
      return sum, isMain, coroutine.isyieldable()
      """, gives: [465, true, false]),
    SweepCase(
      "waiting in every place",
      """
      local inner = coroutine.wrap(function()
        local second = coroutine.wrap(function() coroutine.yield(shop.wait("a")) return shop.wait("b", {1}) end)
        coroutine.yield(second())
        return second()
      end)
      local one, two = inner(), inner()
      local mt = {__index = function(_, k) return shop.wait(k) end, __add = function() return shop.wait(5) end,
        __lt = function() return shop.wait(true) end, __concat = function() return shop.wait("c") end}
      local t = setmetatable({}, mt)
      assert(t.key == "key" and t + t == 5 and t < t and t .. "" == "c")
      local ok, v = pcall(function() return select(2, pcall(shop.wait, "x", "y")) end)
      if not ok then oom(v) end
      assert(oom(v) == "x")
      ok, v = pcall(table.sort, {3, 2, 1}, function(a, b) return shop.wait(a < b) end)
      assert(not ok and oom(v):find("cannot await inside"))
      ok, v = pcall(string.gsub, "x", "x", function() return shop.wait("y") end)
      assert(not ok and oom(v):find("cannot await inside"))
      local each = shop.each({1, 2}, function(x) return {x, shop.wait(x), shop.point(x)} end)
      local relayed = try.relay(function(l, s) return {l[2], s, shop.wait(shop.point(9))} end)
      assert(each[2][3].x == 2 and relayed[3].x == 9)
      return one, two, each[2][1], relayed[2]
      """, gives: ["a", "b", 2, "text"]),
    SweepCase(
      "an error through nested calls from Swift",
      "try.relay(function() try.relay(function() shop.wait() error({code = shop.add(1, 2)}) end) end)",
      fails: { $0.value.tableValue?["code"] == 3 && $0.traceback.contains("awaited by the main task") }),
    SweepCase(
      "spawn, await, cancel",
      """
      local shared = {}
      local t = task.spawn(function(a, b, c) shop.wait() shared.seen = c return {a}, b, c end, "x", shared, shop.point(4))
      local first, same, p = t:await()
      assert(first[1] == "x" and same == shared and p == shared.seen and t.status == "done" and tostring(t) == "task (done)")
      local log = {}
      local sleeper = task.spawn(function()
        local x <close> = setmetatable({}, {__close = function() log[#log + 1] = "closed" .. shop.add(1, 1) end})
        log.started = true
        task.sleep("1h")
      end)
      while not log.started and sleeper.status == "running" do task.sleep(0) end
      sleeper:cancel()
      local ok, e = pcall(sleeper.await, sleeper)
      assert(not ok and oom(e).kind == "cancelled")
      local failing = task.spawn(function() error({code = 7}) end)
      ok, e = pcall(failing.await, failing)
      assert(not ok and (type(e) == "table" and e.code or oom(e)) == 7 and failing.status == "failed")
      task.spawn(function() return 1 end)
      if not log[1] then error("not enough memory", 0) end
      return log[1]
      """, gives: ["closed2"]),
    SweepCase(
      "map",
      "return table.unpack(task.map({1, 2, 3, {n = 4}}, {concurrency = 2}, function(x, i) task.sleep(0) return i * 2 end))",
      gives: [2, 4, 6, 8]),
    SweepCase(
      "map that fails",
      "task.map({1, 2, 3}, function(x) if x == 2 then error({code = x}) end task.sleep('1h') end)",
      fails: { $0.value.tableValue?["code"] == 2 }),
    SweepCase(
      "group",
      """
      local total, saved = {}, nil
      local r = task.group(function(g)
        saved = g
        for i = 1, 3 do g:spawn(function(n) task.sleep(0) total[#total + 1] = n end, i) end
        return "result", g:spawn(function() return {5} end):await()[1]
      end)
      local ok, e = pcall(saved.spawn, saved, print)
      assert(not ok and oom(e).kind == "argument")
      return r, #total
      """, gives: ["result", 3]),
    SweepCase(
      "a group that fails",
      "task.group(function(g) g:spawn(function() task.sleep('1h') end) g:spawn(function() task.sleep(0) error('in group') end) task.sleep('1h') end)",
      fails: { $0.message == "in group" }),
    SweepCase(
      "race", "return task.race {function() task.sleep('1h') end, function() task.sleep(0) return 'fast', 2 end}",
      gives: ["fast", 2]),
    SweepCase(
      "timeout",
      """
      local ok, e = pcall(task.timeout, 0.01, function() task.sleep("1h") end)
      assert(not ok and oom(e).kind == "timeout")
      return task.timeout("1h", function() task.sleep(0) return "in time" end)
      """, gives: ["in time"]),
    SweepCase(
      "shield",
      "return task.shield(function() task.spawn(function() task.sleep(0) end) task.sleep(0) return 'saved', {1} end)",
      gives: ["saved", .list([1])]),
    SweepCase(
      "a background task that nobody awaited fails", "task.spawn(function() task.sleep(0) error('alone') end) return 1",
      fails: { $0.message == "alone" }),
    SweepCase(
      "handlers at the end of a script",
      """
      local log = {}
      local function closer(n) return setmetatable({}, {__close = function() log[#log + 1] = n .. tostring(shop.wait(n)) end}) end
      do local a <close> = closer("a") local b <close> = closer("b") end
      local function f() local c <close> = closer("c") return 1 end
      f()
      local ok, e = pcall(function() local d <close> = closer("d") error("e", 0) end)
      assert(not ok and oom(e) == "e")
      for _ in next, {1}, nil, closer("f") do break end
      if #log < 5 then error("not enough memory", 0) end
      return table.concat(log)
      """, gives: ["bbaaccddff"]),
    SweepCase(
      "os.exit",
      "local x <close> = setmetatable({}, {__close = function() shop.echo({1}) end}) task.spawn(function() task.sleep('1h') end) os.exit(3)",
      fails: { $0.kind == .exit(3) }),
    SweepCase(
      "ended by a limit of instructions",
      """
      local x <close> = setmetatable({}, {__close = function() shop.echo({shop.point(1)}) end})
      coroutine.wrap(function()
        local y <close> = setmetatable({}, {__close = function() shop.echo("inner") end})
        while true do pcall(shop.echo, {}) end
      end)()
      """, fails: { $0.kind == .limit(.instructions) },
      configure: { $0.limits.instructions = 9_000 }),
    SweepCase(
      "ended by a limit inside a comparator",
      "table.sort({1, 2, 3, 4}, function(a, b) local x <close> = setmetatable({}, {__close = function() shop.echo(1) end}) while true do end end)",
      fails: { $0.kind == .limit(.instructions) }, configure: { $0.limits.instructions = 5_000 }),
    SweepCase(
      "ended by a limit of output", "while true do print(('x'):rep(100)) end", fails: { $0.kind == .limit(.output) },
      configure: { $0.limits.output = 2_000 }),
    SweepCase("cancelled while it waits and spins") { vm in
      let log = Mutex(0)
      let script = """
        local shop, task = require "shop", require "task"
        local function closer() return setmetatable({}, {__close = function() shop.echo({"closed"}) end}) end
        local a <close> = closer()
        task.spawn(function() local b <close> = closer() coroutine.wrap(function() local c <close> = closer() task.sleep("1h") end)() end)
        task.spawn(function() pcall(function() while true do end end) end)
        task.sleep("1h")
        """
      let run = Task { try await vm.run(Array(script.utf8), name: "sweep.lua") }
      for _ in 0..<20 { await Task.yield() }
      log.withLock { $0 += 1 }
      run.cancel()
      do {
        let values = try await run.value
        throw SweepProblem("\(values) instead of a cancellation")
      } catch let error as LuaError where error.kind == .cancelled {}
    },
  ]

  /// What is built on first use, or loaded once.
  static let loading: [SweepCase] = [
    SweepCase(
      "require of modules in files and in the program",
      """
      local function need(name)
        local ok, m = pcall(require, name)
        if not ok then m = oom(m) error(m, 0) end
        return m
      end
      local a = need "parts.outer"
      assert(a.inner.list[1] == 1 and a.inner == require "parts.inner" and need "carried" == "carried text")
      local ok, e = pcall(require, "parts.failing")
      assert(not ok and oom(e).code == 4)
      ok, e = pcall(require, "parts.broken")
      assert(not ok and oom(e):find("error loading module 'parts.broken'"))
      ok, e = pcall(require, "parts.missing")
      assert(not ok and tostring(oom(e)):find("not found"))
      ok, e = pcall(require, "parts.circle")
      assert(not ok and oom(e):find("requires itself"))
      return require "string" == string, a.inner.list[2], a.name
      """, gives: [true, 2, "parts.outer"],
      configure: {
        $0.searchPath = [RequireTests.directory]
        $0.modules.append(HostModule("carried", "Text.", source: Array("return 'carried ' .. 'text'".utf8)))
      }),
    SweepCase(
      "the sandboxed level", "assert(io == nil) return #('x'):rep(9), math.max(1, 2), shop.add(3, 4)",
      gives: [9, 2, 7],
      configure: { $0.sandbox = .sandboxed }),
    SweepCase(
      "files by io",
      """
      local out, why = io.open("/dev/null", "w")
      if not out then error(oom(why)) end
      local f <close> = out
      assert(f:write("text", 1, ("x"):rep(3000), 2.5) == f)
      local zero <close> = assert(io.open("/dev/zero", "rb"))
      assert(zero:read(0) == "" and zero:read(5000) == ("\\0"):rep(5000))
      for line in io.lines("/dev/null") do error(line) end
      return io.type(f), tostring(f):sub(1, 6), os.getenv("NO_SUCH_NAME_HERE")
      """, gives: ["file", "file (", .nil], configure: { $0.sandbox = .trusted(allowing: [.io, .os]) }),
  ]

  /// What Swift does to a VM.
  static let host: [SweepCase] = [
    SweepCase("globals") { vm in
      try await vm.setGlobal(
        "shared", .list([1, "two", .record([("x", .list([3]))]), .object(LuaObject(Point(5), type: Shop.point))]))
      let values = try await vm.run(Array("return shared[4].x, shared[3].x[1]".utf8), name: "sweep.lua")
      guard values == [5, 3] else { throw SweepProblem("\(values)") }
      guard try await vm.global("shared").tableValue?.array[1] == "two" else {
        throw SweepProblem("the global is wrong")
      }
      _ = try await vm.run(Array("f = function() return shared end".utf8), name: "sweep.lua")
      guard let f = try await vm.global("f").functionValue else { throw SweepProblem("no function") }
      guard try await f.call().first?.tableValue?.array.count == 4 else { throw SweepProblem("wrong table") }
      try await vm.setGlobal("shared", .nil)
      try await vm.setGlobal("f", .nil)
    },
    SweepCase("evaluate") { vm in
      guard try await vm.evaluate("1 + 1, 'x' .. 2") == [2, "x2"] else { throw SweepProblem("wrong") }
      guard try await vm.evaluate("local t = {1, 2} t.t = t return t, coroutine.create(print)").count == 2 else {
        throw SweepProblem("wrong")
      }
      do {
        _ = try await vm.evaluate("if true then")
        throw SweepProblem("no error")
      } catch let error as LuaError where error.kind == .syntax(incomplete: true) {}
      do {
        _ = try await vm.evaluate("1 +")
        throw SweepProblem("no error")
      } catch let error as LuaError where error.kind == .syntax(incomplete: true) {}
      do {
        _ = try await vm.evaluate("x = = 2")
        throw SweepProblem("no error")
      } catch let error as LuaError where error.kind == .syntax(incomplete: false) {}
      try await vm.check(Array("return 1, {2}".utf8), name: "checked.lua")
    },
    SweepCase("functions that Swift calls") { vm in
      let made = try await vm.run(
        Array(
          "local shop = require 'shop' return function(t, s, p) return {t, s, shop.wait(p)}, function() return p.x end end"
            .utf8),
        name: "sweep.lua")
      guard let f = made.first?.functionValue else { throw SweepProblem("no function: \(made)") }
      let results = try await f.call([
        .record([("k", .list([1, 2]))]), "text", .object(LuaObject(Point(8), type: Shop.point)),
      ])
      guard results.first?.tableValue?.array[0].tableValue?["k"].tableValue?.array == [1, 2], results.count == 2,
        let g = results[1].functionValue, try await g.call() == [8]
      else { throw SweepProblem("\(results)") }
      do {
        _ = try await f.call([1, 2, 3])[1].functionValue?.call()
        throw SweepProblem("no error")
      } catch let error as LuaError where error.message.hasPrefix("attempt to index a number value") {}
    },
    SweepCase("arguments and many results") { vm in
      let values = try await vm.run(
        Array("local t = {...} return select('#', ...), t[3].x, ...".utf8), name: "sweep.lua",
        arguments: [1, "two", .record([("x", 3)])] + (4...90).map { .integer($0) })
      guard values.count == 92, values[0] == 90, values[1] == 3, values[91] == 90 else {
        throw SweepProblem("\(values)")
      }
    },
  ]
}
