import Testing

@testable import LuaHost

@Suite("The task module")
struct TaskModuleTests {
  @Test("map keeps the order of its input and the limit of concurrency")
  func map() async throws {
    let values = try await Bench().runTimed(
      """
      local task = require "task"
      local now, most = 0, 0
      local results = task.map({5, 1, 4, 2, 3}, {concurrency = 2}, function(x, i)
        now = now + 1
        most = math.max(most, now)
        task.sleep(x)
        now = now - 1
        return x * 10 + i
      end)
      return table.concat(results, " "), most
      """)
    #expect(values == ["51 12 43 24 35", 2])
  }

  @Test("map with nothing to do gives an empty list; results may be nil")
  func mapEdges() async throws {
    let values = try await Bench().run(
      "local task = require 'task'; local r = task.map({1, 2, 3}, function(x) if x ~= 2 then return x end end) return #task.map({}, print), r[1], r[2], r[3]"
    )
    #expect(values == [0, 1, .nil, 3])
  }

  @Test("The first failure of map cancels the siblings and is raised with its own traceback")
  func mapFails() async throws {
    let bench = try Bench()
    let error = try await bench.failure(
      """
      local task = require "task"
      local function work(x)
        if x == 2 then error("bad item " .. x) end
        task.sleep(1e6)
        print("not reached")
      end
      task.map({1, 2, 3}, work)
      """)
    #expect(error.message == "bad item 2" && error.line == 3)
    #expect(error.traceback.contains("test.lua:3: in") && error.traceback.contains("test.lua:7"))
    #expect(bench.output.text.isEmpty)
  }

  @Test("A wrong concurrency is refused")
  func mapArguments() async throws {
    #expect(
      try await Bench().caught("task.map({1}, {concurrency = 0}, print)")
        == "bad argument #2 'options' to 'task.map': field 'concurrency': expected at least 1")
    #expect(
      try await Bench().caught("task.map({1}, {concurency = 1}, print)")
        == "bad argument #2 'options' to 'task.map': unknown field 'concurency' (did you mean 'concurrency'?)")
    #expect(
      try await Bench().caught("task.map({1}, {concurrency = 1})")
        == "bad argument #3 'f' to 'task.map': expected function, got no value")
  }

  @Test("The run waits for what it spawned, and raises the first failure nobody awaited")
  func leftovers() async throws {
    let bench = try Bench()
    let error = await #expect(throws: LuaError.self) {
      try await bench.runTimed(
        """
        local task = require "task"
        task.spawn(function() task.sleep(1) print("first") end)
        task.spawn(function() task.sleep(2) error("second") end)
        task.spawn(function() task.sleep(3) print("third") task.spawn(function() task.sleep(1) print("fourth") end) end)
        print("main")
        """)
    }
    #expect(error?.message == "second")
    #expect(bench.output.text == "main\nfirst\nthird\nfourth\n")
  }

  @Test("A failure that was awaited and caught is no failure of the run")
  func observed() async throws {
    let values = try await Bench().run(
      """
      local task = require "task"
      local t = task.spawn(function(a, b) error({code = a + b}) end, 1, 2)
      local ok, e = pcall(t.await, t)
      local again = pcall(t.await, t)
      return ok, e.code, again, t.status
      """)
    #expect(values == [false, 3, false, "failed"])
  }

  @Test("A failing script cancels what it spawned")
  func failing() async throws {
    let bench = try Bench()
    let error = try await bench.failure(
      "local task = require 'task' task.spawn(function() task.sleep(1e6) print('no') end) error('stop')")
    #expect(error.message == "stop" && bench.output.text.isEmpty)
  }

  @Test("await gives all results, to everyone who asks")
  func results() async throws {
    let values = try await Bench().run(
      """
      local task = require "task"
      local t = task.spawn(function(...) return ... end, 1, nil, "x")
      local other = task.spawn(function() return select("#", t:await()) end)
      return other:await(), t.status, t:await()
      """)
    #expect(values == [3, "done", 1, .nil, "x"])
  }

  @Test("A group waits for its tasks; the first failure cancels the others")
  func group() async throws {
    let bench = try Bench()
    let values = try await bench.runTimed(
      """
      local task = require "task"
      local log = {}
      local r = task.group(function(g)
        for i = 3, 1, -1 do g:spawn(function() task.sleep(i) log[#log + 1] = i end) end
        return "body"
      end)
      local ok, e = pcall(task.group, function(g)
        g:spawn(function() task.sleep(1) error("one failed", 0) end)
        g:spawn(function() task.sleep(1e6) print("not reached") end)
        task.sleep(1e6)
      end)
      return r, table.concat(log), ok, e
      """)
    #expect(values == ["body", "123", false, "one failed"])
    #expect(bench.output.text.isEmpty)
  }

  @Test("race gives the first result; timeout raises after its time")
  func raceAndTimeout() async throws {
    let values = try await Bench().runTimed(
      """
      local task = require "task"
      local first = task.race { function() task.sleep(9) return "slow" end, function() task.sleep(1) return "quick" end }
      local ok, e = pcall(task.timeout, "5s", function() task.sleep(60) end)
      return first, ok, e.kind, task.timeout(5, function() task.sleep(1) return "in time" end)
      """)
    #expect(values == ["quick", false, "timeout", "in time"])
  }

  @Test("shield lets its function end although the task is cancelled; what comes after it does not run")
  func shield() async throws {
    let bench = try Bench()
    let values = try await bench.run(
      """
      local shop, task = require "shop", require "task"
      local inside, may_end
      local t = task.spawn(function()
        pcall(task.shield, function()
          inside = true
          while not may_end do shop.wait() end
          task.spawn(function() shop.wait() print("spawned inside") end)
          print("ended")
        end)
        print("not reached")
      end)
      while not inside do shop.wait() end
      t:cancel()
      for _ = 1, 20 do shop.wait() end
      local status = t.status
      may_end = true
      pcall(t.await, t)
      return status, t.status, select("#", task.shield(function(...) return ... end)), task.shield(function() return 1, 2 end)
      """)
    #expect(values == ["running", "cancelled", 0, 1, 2])
    #expect(bench.output.text == "ended\nspawned inside\n")
  }

  @Test("shield passes errors, os.exit and limits on")
  func shieldFails() async throws {
    let bench = try Bench { $0.limits.instructions = 5_000_000 }
    #expect(try await bench.caught("task.shield(function() error('inside', 0) end)") == "inside")
    #expect(try await bench.caught("task.shield()")?.contains("bad argument #1 'f' to 'task.shield'") == true)
    #expect(try await bench.failure("pcall(require 'task'.shield, function() os.exit(4) end)").kind == .exit(4))
    let spin = "pcall(require 'task'.shield, function() while true do end end)"
    #expect(try await bench.failure(spin).kind == .limit(.instructions))
  }

  @Test("sleep takes durations in every spelling and refuses others")
  func sleep() async throws {
    #expect(
      try await Bench().runTimed("local s = require 'task'.sleep s('1h30m') s(5) s('250ms') s(0.5) return 1") == [1])
    #expect(try await Bench().caught("task.sleep(-1)")?.contains("expected a duration") == true)
  }

  @Test("Tasks share globals, each has its own locals and varargs")
  func shared() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      counter = 0
      local tasks = {}
      for i = 1, 50 do
        tasks[i] = task.spawn(function(n) for _ = 1, n do counter = counter + 1 shop.wait() end return n end, i)
      end
      local sum = 0
      for _, t in ipairs(tasks) do sum = sum + t:await() end
      return counter, sum
      """)
    #expect(values == [1275, 1275])
  }

  @Test("Tables go to tasks and come back as the same tables, metatables and all")
  func identity() async throws {
    let values = try await Bench().run(
      """
      local task = require "task"
      local meta = {__index = {kind = "row"}}
      local rows = {setmetatable({n = 1}, meta), setmetatable({n = 2}, meta)}
      local box = {}
      local back = task.spawn(function(b) b.set = true return b, rows end, box):await()
      local mapped = task.map(rows, {concurrency = 1}, function(row) row.seen = row.kind return row end)
      local grouped = task.group(function(g) g:spawn(function(b) b.group = true end, box) return box end)
      local timed = task.timeout(9, function() return box end)
      local co = task.spawn(function() return coroutine.create(print) end):await()
      return back == box, box.set, mapped[1] == rows[1], rows[2].seen, grouped == box, box.group, timed == box, type(co)
      """)
    #expect(values == [true, true, true, "row", true, true, true, "thread"])
  }
}
