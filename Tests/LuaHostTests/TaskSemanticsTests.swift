import Testing

@testable import LuaHost

/// Each case is a script and what it returns; time is the fake clock's.
@Suite("What the task module promises")
struct TaskSemanticsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let script: String
    let expected: [LuaValue]
    var testDescription: String { name }

    init(_ name: String, _ script: String, _ expected: LuaValue...) {
      self.name = name
      self.script = script
      self.expected = expected
    }
  }

  /// Every script has these at hand.
  static let prelude = """
    local shop, task = require "shop", require "task"
    local log = {}
    local function note(...) log[#log + 1] = table.concat({...}, " ") end
    local function noted() return table.concat(log, ",") end
    local function guard(name) return setmetatable({}, {__close = function() note("close", name) end}) end
    local function sleeper(name, time, ...)
      local g <close> = guard(name)
      task.sleep(time)
      note("end", name)
      return ...
    end
    """

  static let groups = [
    Case(
      "A group whose function returns early waits for its tasks",
      """
      task.group(function(g) for i = 3, 1, -1 do g:spawn(function() task.sleep(i) note(i) end) end end)
      return noted()
      """, "1,2,3"),
    Case(
      "A group whose function raises cancels and joins its tasks, and raises the same value",
      """
      local value = {}
      local ok, e = pcall(task.group, function(g)
        g:spawn(sleeper, "a", 5)
        g:spawn(sleeper, "b", 5)
        task.sleep(1)
        error(value)
      end)
      return ok, e == value, noted()
      """, false, true, "close a,close b"),
    Case(
      "The first failure cancels the siblings, which are joined, and is raised as the same value",
      """
      local value = {}
      local ok, e = pcall(task.group, function(g)
        g:spawn(sleeper, "a", 5)
        g:spawn(function() task.sleep(1) error(value) end)
        g:spawn(function() task.sleep(2) error("later") end)
        sleeper("body", 9)
      end)
      return ok, e == value, noted()
      """, false, true, "close a,close body"),
    Case(
      "A cancelled group ends with all its tasks before the canceller is told",
      """
      local t = task.spawn(function()
        task.group(function(g) g:spawn(sleeper, "a", 5) sleeper("body", 5) end)
        note("not reached")
      end)
      task.sleep(1)
      t:cancel()
      pcall(t.await, t)
      return t.status, noted()
      """, "cancelled", "close a,close body"),
    Case(
      "Groups nest: an inner failure ends the outer one, from the inside outwards",
      """
      local ok, e = pcall(task.group, function(outer)
        outer:spawn(sleeper, "outer", 9)
        outer:spawn(function()
          local g <close> = guard("middle")
          task.group(function(inner)
            inner:spawn(sleeper, "inner", 9)
            inner:spawn(function() task.sleep(1) error("deep", 0) end)
          end)
        end)
      end)
      return ok, e, noted()
      """, false, "deep", "close inner,close middle,close outer"),
    Case(
      "An inner failure that is caught does not reach the outer group",
      """
      return task.group(function(outer)
        local t = outer:spawn(function()
          local ok, e = pcall(task.group, function(inner) inner:spawn(function() error("deep", 0) end) end)
          return e
        end)
        return t:await()
      end)
      """, "deep"),
    Case(
      "task.spawn inside a group belongs to the group",
      """
      task.group(function(g) task.spawn(function() task.sleep(2) note("spawned") end) end)
      note("after")
      return noted()
      """, "spawned,after"),
    Case(
      "A task of a group may add to it while it lives; after its end that is an error",
      """
      local kept
      task.group(function(g)
        kept = g
        g:spawn(function() task.sleep(1) g:spawn(function() task.sleep(1) note("late") end) end)
      end)
      local ok, e = pcall(kept.spawn, kept, print)
      return noted(), ok, e.kind, tostring(e), tostring(kept)
      """, "late", false, "argument", "the group has ended already", "group (ended)"),
    Case(
      "A task added to a failing group never starts",
      """
      local status
      pcall(task.group, function(g)
        local c <close> = setmetatable({}, {__close = function()
          local t = g:spawn(function() note("not reached") end)
          task.spawn(function() note("not reached") end)
        end})
        error("x")
      end)
      return noted()
      """, ""),
    Case(
      "An empty group gives its function's results",
      "return task.group(function() return 1, nil, 3 end)", 1, .nil, 3),
    Case(
      "Fifty nested groups end from the inside outwards",
      """
      local function nest(n)
        if n == 0 then error("core", 0) end
        task.group(function(g) g:spawn(nest, n - 1) end)
      end
      return pcall(nest, 50)
      """, false, "core"),
    Case(
      "Nesting without end is an error that says so",
      """
      local function nest() return task.group(nest) end
      local ok, e = pcall(nest)
      local function deep() return task.timeout(1e9, deep) end
      local ok2, e2 = pcall(deep)
      return ok, e.kind, tostring(e), tostring(e2)
      """, false, "argument", "'task.group' is nested deeper than 200 levels",
      "'task.timeout' is nested deeper than 200 levels"),
  ]

  static let combinations = [
    Case(
      "race cancels the losers and joins them before it returns",
      """
      local winner = task.race {
        function() return sleeper("slow", 9, "slow") end,
        function() task.sleep(1) return "quick" end,
        function() local g <close> = guard("stubborn") task.shield(function() task.sleep(3) note("shielded") end) end,
      }
      note("after")
      return winner, noted()
      """, "quick", "close slow,shielded,close stubborn,after"),
    Case(
      "race raises what the first to end raises",
      "return pcall(task.race, { function() sleeper('a', 9) end, function() error('first', 0) end })", false, "first"),
    Case(
      "race with one function that ends at once does not wait for timers",
      "return task.race { function() task.sleep(1e9) end, function() return 'now' end }", "now"),
    Case(
      "A loser of a race does not leave tasks behind",
      """
      task.race {
        function() task.spawn(sleeper, "child", 9) task.sleep(9) end,
        function() task.sleep(1) end,
      }
      return noted()
      """, "close child"),
    Case(
      "timeout cancels and joins, and raises an error object of its kind",
      """
      local ok, e = pcall(task.timeout, "2s", function() sleeper("body", 9) end)
      return ok, e.kind, tostring(e), noted()
      """, false, "timeout", "took longer than 2.0 seconds", "close body"),
    Case(
      "timeout waits for what a shield inside holds back, then raises",
      """
      local ok, e = pcall(task.timeout, 1, function() task.shield(function() task.sleep(5) note("saved") end) note("no") end)
      return ok, e.kind, noted()
      """, false, "timeout", "saved"),
    Case(
      "timeout passes results and errors of its function on",
      """
      local value = {}
      local ok, e = pcall(task.timeout, 5, function() error(value) end)
      return ok, e == value, task.timeout(5, function() task.sleep(1) return 1, 2 end)
      """, false, true, 1, 2),
    Case(
      "The inner of two timeouts hits first, whatever encloses it",
      """
      local ok, e = pcall(task.timeout, 9, function()
        local ok, e = pcall(task.timeout, 1, task.sleep, 5)
        note(ok and "?" or e.kind)
        task.sleep(3)
        return "outer"
      end)
      return ok, e, noted()
      """, true, "outer", "argument"),
    Case(
      "A timeout around a group ends the group",
      """
      local ok, e = pcall(task.timeout, 1, function()
        task.group(function(g) for i = 1, 3 do g:spawn(sleeper, i, 9) end end)
      end)
      return e.kind, noted()
      """, "timeout", "close 1,close 2,close 3"),
    Case(
      "timeout of no time at all lets its function begin, and ends it when it waits",
      "local ok, e = pcall(task.timeout, 0, function() note('began') task.sleep(1) end) return ok, e.kind, noted()",
      false, "timeout", "began"),
    Case(
      "map starts nothing more after a failure",
      """
      local started = 0
      local ok, e = pcall(task.map, {1, 2, 3, 4, 5, 6}, {concurrency = 2}, function(x)
        started = started + 1
        task.sleep(x)
        if x == 2 then error({at = x}) end
      end)
      return ok, e.at, started
      """, false, 2, 3),
    Case(
      "A cancelled map starts nothing more and leaves nothing behind",
      """
      local started = 0
      local t = task.spawn(task.map, {1, 2, 3, 4, 5, 6}, {concurrency = 2}, function(x) started = started + 1 sleeper(x, 9) end)
      task.sleep(1)
      t:cancel()
      pcall(t.await, t)
      return started, noted()
      """, 2, "close 1,close 2"),
    Case(
      "map waits for what its functions spawn",
      """
      local r = task.map({3, 1, 2}, function(x) task.spawn(function() task.sleep(x) note(x) end) return x * 2 end)
      return noted(), table.concat(r, " ")
      """, "1,2,3", "6 2 4"),
    Case(
      "A failure in what a mapped function spawned is the map's failure",
      "return pcall(task.map, {1}, function() task.spawn(function() error('child', 0) end) end)", false, "child"),
    Case(
      "shield holds a cancellation back until its function and its tasks have ended",
      """
      local t = task.spawn(function()
        task.shield(function() task.spawn(sleeper, "child", 4) task.sleep(2) note("body") end)
        note("not reached")
      end)
      task.sleep(1)
      t:cancel()
      note(t.status)
      pcall(t.await, t)
      return t.status, noted()
      """, "cancelled", "running,body,end child,close child"),
    Case(
      "Inside a shield everything may still be cancelled by itself",
      """
      return task.shield(function()
        local t = task.spawn(sleeper, "inner", 9)
        task.sleep(1)
        t:cancel()
        return (pcall(t.await, t)), noted()
      end)
      """, false, "close inner"),
    Case(
      "sleep wakes in the order of time, and of asking among equals",
      """
      task.group(function(g)
        for i, time in ipairs {3, 1, 2, 1, 3, 0} do g:spawn(function() task.sleep(time) note(i) end) end
      end)
      return noted()
      """, "6,2,4,3,1,5"),
  ]

  static let awaiting = [
    Case(
      "await of a cancelled task is an ordinary error",
      """
      local t = task.spawn(sleeper, "t", 9)
      task.sleep(1)
      task.cancel(t)
      local ok, e = pcall(task.await, t)
      local again, e2 = pcall(t.await, t)
      return ok, e.kind, tostring(e), again, e2.kind, noted()
      """, false, "cancelled", "the awaited task was cancelled", false, "cancelled", "close t"),
    Case(
      "A task cancelled before it started never runs",
      "local t = task.spawn(note, 'ran') t:cancel() pcall(t.await, t) return t.status, noted()", "cancelled", ""),
    Case(
      "Cancelling twice, or a task that has ended, changes nothing",
      """
      local t = task.spawn(function() return 1 end)
      local v = t:await()
      t:cancel() t:cancel()
      return v, t.status, t:await()
      """, 1, "done", 1),
    Case(
      "A task can be awaited twice, by several, before and after its end",
      """
      local value = {}
      local t = task.spawn(function() task.sleep(1) return value end)
      local a, b = task.spawn(t.await, t), task.spawn(function() return task.await(t) end)
      return a:await() == value, b:await() == value, t:await() == value, t:await() == value
      """, true, true, true, true),
    Case(
      "A failed task raises the same value to everybody",
      """
      local value = setmetatable({}, {__tostring = function() return "shown" end})
      local t = task.spawn(function() task.sleep(1) error(value) end)
      local a = task.spawn(pcall, t.await, t)
      local ok, e = a:await()
      return ok, e == value, select(2, pcall(t.await, t)) == value
      """, false, true, true),
    Case(
      "Error values of every type come through as they are, nil and false too",
      """
      local co, f = coroutine.create(print), function() end
      local r = {}
      for i, value in ipairs {false, 0, 1.5, "text", {}, co, f, shop.point(1)} do
        local ok, e = pcall(function() task.spawn(error, value, 0):await() end)
        r[i] = tostring(not ok and rawequal(e, value))
      end
      local ok, e = pcall(function() task.spawn(error):await() end)
      local ok2, e2 = pcall(task.group, function(g) g:spawn(error, nil) end)
      return table.concat(r, " "), ok, e, ok2, e2
      """, "true true true true true true true true", false, .nil, false, .nil),
    Case(
      "A task that awaits itself is told so",
      """
      local t; t = task.spawn(function() return pcall(t.await, t) end)
      local ok, e = t:await()
      return ok, e.kind, tostring(e)
      """, false, "argument", "'task:await': a task cannot await itself"),
    Case(
      "Tasks that await each other are told so instead of waiting for ever",
      """
      local a, b, c
      a = task.spawn(function() return pcall(task.await, b) end)
      b = task.spawn(function() return pcall(task.await, c) end)
      c = task.spawn(function() return pcall(task.await, a) end)
      local ok, e = c:await()
      return ok, e.kind, tostring(e), #{a:await()}
      """, false, "argument", "'task.await': the task waits for the one that would await it", 4),
    Case(
      "A task of a group that awaits the task the group runs in is told so",
      """
      local outer
      outer = task.spawn(function()
        return task.group(function(g)
          return g:spawn(function() return pcall(outer.await, outer) end):await()
        end)
      end)
      local ok, e = outer:await()
      return ok, e.kind
      """, false, "argument"),
    Case(
      "Waiting for each other is allowed where a timeout ends it",
      """
      local t
      local inner = task.spawn(function() task.sleep(1) return t:await() end)
      t = task.spawn(function() return pcall(task.timeout, 5, function() return inner:await() end) end)
      local ok, e = t:await()
      return ok, e.kind, (inner:await())
      """, false, "timeout", false),
    Case(
      "A task may cancel itself: it ends there",
      """
      local t
      t = task.spawn(function() local g <close> = guard("t") t:cancel() note("not reached") end)
      pcall(t.await, t)
      return t.status, noted()
      """, "cancelled", "close t"),
    Case(
      "A failure that was awaited too late is still no failure of the run",
      "local t = task.spawn(error, 'x', 0) task.sleep(1) return pcall(t.await, t)", false, "x"),
    Case(
      "Await and spawn work from inside coroutines",
      """
      local co = coroutine.wrap(function()
        local t = task.spawn(function() task.sleep(1) return "spawned" end)
        coroutine.yield("first")
        coroutine.yield(t:await())
      end)
      return co(), co()
      """, "first", "spawned"),
    Case(
      "spawn works where nothing may wait: in a comparator, a callback, a closing value",
      """
      local tasks = {}
      local function start(name) tasks[#tasks + 1] = task.spawn(function() task.sleep(1) note(name) end) end
      table.sort({2, 1}, function(a, b) start("sort") return a < b end)
      string.gsub("a", "a", function() start("gsub") end)
      do local c <close> = setmetatable({}, {__close = function() start("close") end}) end
      for _, t in ipairs(tasks) do t:await() end
      local ok, e = pcall(table.sort, {2, 1}, function() tasks[1]:await() end)
      return log[1], log[#log - 1], log[#log], ok, e:match("cannot await.*")
      """, "sort", "gsub", "close", false,
      "cannot await inside a comparator or callback, here that of 'table.sort'"),
    Case(
      "A script gets at no task object but those it was given",
      "return pcall(task.await, shop.point(1))", false, .nil),
  ]

  /// How a task may wait while it is cancelled.
  static let waits = [
    "task.sleep(1e6)", "shop.forever()", "task.group(function(g) g:spawn(task.sleep, 1e6):await() end)",
    "task.group(function() task.sleep(1e6) end)",
    "task.group(function(g) g:spawn(task.sleep, 1e6) end)", "task.map({1, 2}, function() shop.forever() end)",
    "task.race {function() task.sleep(1e6) end, shop.forever}", "task.timeout(1e7, function() shop.forever() end)",
    "coroutine.wrap(function() task.sleep(1e6) end)()",
    "coroutine.wrap(function() coroutine.wrap(function() pcall(shop.forever) end)() end)()",
    "pcall(pcall, task.sleep, 1e6)", "xpcall(task.sleep, print, 1e6)",
    "local t = setmetatable({}, {__index = function() task.sleep(1e6) end}) return t.x",
    "for _ in function() task.sleep(1e6) end do end",
    "do local c <close> = setmetatable({}, {__close = function() task.sleep(1e6) end}) end",
    "while true do end", "while true do pcall(error) end", "while true do task.sleep(0) end",
    "while true do pcall(task.await, task.spawn(error)) end",
  ]

  private func check(_ test: Case) async throws {
    let bench = try Bench { $0.modules.append(Self.forever) }
    var expected = test.expected
    let values = try await bench.runTimed(Self.prelude + "\n" + test.script)
    if test.name.hasPrefix("A script gets at no task") {
      #expect(values.first == false)
      expected = []
    }
    if !expected.isEmpty || test.expected.isEmpty { #expect(values == expected) }
    #expect(bench.clock.sleeperCount == 0)
  }

  static let forever = HostModule(
    "wait", "",
    functions: [
      .waiting("wait.forever", "", since: "0.1") { _ in
        try await Task.sleep(for: .seconds(1e6))
        return []
      }
    ])

  @Test("Groups", arguments: groups)
  func groupCase(test: Case) async throws { try await check(test) }

  @Test("race, timeout, map, shield, sleep", arguments: combinations)
  func combinationCase(test: Case) async throws { try await check(test) }

  @Test("await, cancel, spawn", arguments: awaiting)
  func awaitCase(test: Case) async throws { try await check(test) }

  @Test("A task can be cancelled wherever it waits or spins; only its handlers run then", arguments: waits)
  func cancelledWait(wait: String) async throws {
    let bench = try Bench { $0.modules.append(Self.forever) }
    let values = try await bench.run(
      Self.prelude + """

        shop = setmetatable({forever = require "wait".forever}, {__index = shop})
        local t = task.spawn(function()
          local g <close> = guard("it")
          note("begins")
          ;(function() \(wait) end)()
          note("not reached")
        end)
        while #log == 0 do shop.wait() end
        for _ = 1, 5 do shop.wait() end
        t:cancel()
        local ok, e = pcall(t.await, t)
        return ok, e.kind, t.status, noted()
        """)
    #expect(values == [false, "cancelled", "cancelled", "begins,close it"])
  }

  @Test("A background failure is told with the error of the script itself, and with that of another task")
  func related() async throws {
    let bench = try Bench()
    let error = try await bench.failure(
      """
      local shop, task = require "shop", require "task"
      task.spawn(error, "background one", 0)
      task.spawn(error, "background two", 0)
      for _ = 1, 5 do shop.wait() end
      error("the script's own", 0)
      """)
    #expect(error.message == "the script's own")
    #expect(error.related.map(\.message) == ["background one", "background two"])
    #expect(error.related.first?.traceback.contains("in the task of 'task.spawn' at test.lua:2") == true)
    let other = try await bench.failure(
      "local task = require 'task' for i = 1, 3 do task.spawn(error, 'number ' .. i, 0) end")
    #expect(other.message == "number 1" && other.related.map(\.message) == ["number 2", "number 3"])
    let group = try await bench.failure(
      """
      local shop, task = require "shop", require "task"
      task.group(function(g)
        g:spawn(error, "first", 0)
        g:spawn(task.shield, function() shop.wait() shop.wait() error("second", 0) end)
        shop.wait()
      end)
      """)
    #expect(group.message == "first")
  }

  @Test("Tasks and groups of one VM are refused by another")
  func foreign() async throws {
    let first = try Bench()
    let second = try Bench()
    let values = try await first.run(
      "local task = require 'task' local g task.group(function(x) g = x end) return task.spawn(print), g")
    let answer = try await second.run(
      """
      local t, g = ...
      local task = require "task"
      local function say(...) return tostring(select(2, pcall(...))) end
      return say(t.await, t), say(task.cancel, t), say(g.spawn, g, print), t.status
      """, arguments: values)
    #expect(
      answer == [
        "this task belongs to another Lua VM", "this task belongs to another Lua VM",
        "this group belongs to another Lua VM", "done",
      ])
  }

  @Test("A clock that fails raises its error in the scripts that sleep")
  func brokenClock() async throws {
    struct BrokenClock: LuaClock {
      var now: Duration { .zero }
      func sleep(until deadline: Duration) async throws { throw ShopError(code: "clock") }
    }
    let bench = try Bench { $0.clock = BrokenClock() }
    let values = try await bench.run("local ok, e = pcall(require 'task'.sleep, 5) return ok, e.code")
    #expect(values == [false, "clock"])
  }

  @Test("A timeout ends a comparator that spins, with timer and with counting", arguments: [false, true])
  func comparator(counting: Bool) async throws {
    let bench = try Bench {
      $0.clock = SystemLuaClock()
      $0.countsInstructions = counting
    }
    let values = try await bench.run(
      """
      local task = require "task"
      local ok, e = pcall(task.timeout, 0.02, function() table.sort({3, 2, 1}, function() while true do end end) end)
      return ok, e.kind
      """)
    #expect(values == [false, "timeout"])
  }

  @Test("Task-local values of the run's caller are seen in host functions, at once and waiting")
  func taskLocals() async throws {
    let module = HostModule(
      "local", "",
      functions: [
        HostFunction("local.now", "", since: "0.1") { _ in [.integer(Int64(Marks.mark))] },
        .waiting("local.later", "", since: "0.1") { _ in
          await Task.yield()
          return [.integer(Int64(Marks.mark))]
        },
      ])
    let bench = try Bench { $0.modules.append(module) }
    let values = try await Marks.$mark.withValue(7) {
      try await bench.run("local l = require 'local' return l.now(), l.later(), require 'task'.spawn(l.later):await()")
    }
    #expect(values == [7, 7, 7])
  }

  enum Marks {
    @TaskLocal static var mark = 0
  }
}
