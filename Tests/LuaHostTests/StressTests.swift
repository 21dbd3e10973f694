import Synchronization
import Testing

@testable import LuaHost

@Suite("Many tasks, several VMs, and ends at any moment")
struct StressTests {
  @Test("Two thousand tasks cancelled at random instants all end, and run their handlers", arguments: [1, 2, 3])
  func randomCancel(seed: Int) async throws {
    let bench = try Bench()
    let values = try await bench.run(
      """
      local seed = ...
      local shop, task = require "shop", require "task"
      local function random(n) seed = (seed * 1103515245 + 12345) & 0x7fffffff return (seed >> 8) % n + 1 end
      -- A task may be ended between the call of guard and the declaration: only then its handler need not run.
      local open, closed = {}, 0
      local meta = {__close = function(g) open[g] = nil closed = closed + 1 end}
      local function guard() return setmetatable({}, meta) end
      local function work(depth)
        local g <close> = guard()
        open[g] = true
        for i = 1, random(6) do
          shop.wait()
          if depth > 0 and random(3) == 1 then
            coroutine.wrap(function() local h <close> = guard() open[h] = true work(depth - 1) end)()
          end
          if random(5) == 1 then pcall(shop.fail_later) end
        end
      end
      local tasks = {}
      for i = 1, 2000 do
        tasks[i] = task.spawn(work, 2)
        if random(2) == 1 then tasks[random(i)]:cancel() end
        if random(50) == 1 then shop.wait() end
      end
      local counts = {}
      for i = 1, #tasks do
        if random(3) == 1 then tasks[random(#tasks)]:cancel() end
        pcall(tasks[i].await, tasks[i])
        counts[tasks[i].status] = (counts[tasks[i].status] or 0) + 1
      end
      return next(open) == nil, closed > 2000, counts.running or 0, counts.failed or 0, (counts.done or 0) > 0, (counts.cancelled or 0) > 0
      """, arguments: [.integer(Int64(seed))])
    #expect(values == [true, true, 0, 0, true, true])
  }

  @Test(
    "Random trees of groups, maps, races, timeouts and shields, cancelled at random: all ends, in order",
    arguments: 1...6)
  func randomTrees(seed: Int) async throws {
    // Slices by instructions, of which none is over in a handler: one that is cut there would not count.
    let bench = try Bench {
      $0.clock = InstantClock()
      $0.countsInstructions = true
    }
    let values = try await bench.run(
      """
      local seed = ...
      local shop, task = require "shop", require "task"
      local function random(n) seed = (seed * 1103515245 + 12345) & 0x7fffffff return (seed >> 8) % n + 1 end
      local open, opened, wrong = {}, 0, 0
      local meta = {__close = function(g)
        open[g] = nil
        if g.children > 0 then wrong = wrong + 1 end
        if g.parent then g.parent.children = g.parent.children - 1 end
      end}
      local handles = {}
      local node
      local function leaf()
        local what = random(6)
        if what == 1 then task.sleep(random(50)) elseif what == 2 then shop.wait() elseif what == 3 then task.sleep(0)
        elseif what == 4 then pcall(shop.fail_later) elseif what == 5 then coroutine.wrap(task.sleep)(random(9))
        elseif random(4) == 1 then error("leaf") end
      end
      -- Every node closes after all it owns: its children count themselves off.
      function node(depth, parent)
        local g <close> = setmetatable({children = 0, parent = parent}, meta)
        open[g] = true
        opened = opened + 1
        if parent then parent.children = parent.children + 1 end
        if random(40) == 1 and #handles > 0 then handles[random(#handles)]:cancel() end
        if depth == 0 then return leaf() end
        local function child() return node(depth - 1, g) end
        local what = random(7)
        if what == 1 then task.group(function(group) for _ = 1, random(4) do group:spawn(child) end leaf() end)
        elseif what == 2 then task.map({1, 2, 3, 4}, {concurrency = random(4)}, child)
        elseif what == 3 then task.race {child, child, child}
        elseif what == 4 then task.timeout(random(20), child)
        elseif what == 5 then task.shield(child)
        elseif what == 6 then coroutine.wrap(function() coroutine.wrap(child)() leaf() end)()
        else pcall(task.group, function(group) local t = group:spawn(child) if random(2) == 1 then t:cancel() end t:await() end) end
        leaf()
      end
      for i = 1, 150 do
        handles[i] = task.spawn(node, 4)
        if random(6) == 1 then handles[random(i)]:cancel() end
        if random(4) == 1 then task.sleep(1) end
      end
      local running = 0
      for _, t in ipairs(handles) do
        pcall(t.await, t)
        if t.status == "running" then running = running + 1 end
      end
      return next(open) == nil, opened > 300, running, wrong
      """, arguments: [.integer(Int64(seed))])
    #expect(values == [true, true, 0, 0])
    #expect(await bench.vm.isIdle)
  }

  @Test("Runs of one VM cancelled at random instants leave it usable", arguments: [1, 2])
  func randomRuns(seed: UInt64) async throws {
    let bench = try Bench { $0.clock = InstantClock() }
    var state = seed
    func random(_ n: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % n
    }
    let scripts = [
      "while true do pcall(require 'task'.sleep, 1) end", "while true do end",
      "local task = require 'task' while true do task.map({1, 2, 3}, function(x) task.sleep(x) return x end) end",
      "local task = require 'task' while true do pcall(task.group, function(g) g:spawn(function() task.sleep(1) error() end) end) end",
      "table.sort({3, 2, 1}, function() while true do end end)",
    ]
    for _ in 0..<60 {
      let text = scripts[Int(random(UInt64(scripts.count)))]
      let work = Task { try await bench.run(text) }
      for _ in 0..<random(40) { await Task.yield() }
      work.cancel()
      let result = await work.result
      #expect(throws: LuaError.self) { try result.get() }
    }
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Ten thousand tasks sleep twice, at the same time", .timeLimit(.minutes(2)))
  func tenThousand() async throws {
    let bench = try Bench { $0.clock = SystemLuaClock() }
    let values = try await bench.run(
      """
      local task = require "task"
      local tasks, sum = {}, 0
      for i = 1, 10000 do tasks[i] = task.spawn(function() task.sleep(0.05) task.sleep(0.05) return i end) end
      for i = 1, 10000 do sum = sum + tasks[i]:await() end
      return sum
      """)
    #expect(values == [50_005_000])
  }

  @Test("Tasks that wait when the VM is closed go on to their end; background tasks are cancelled")
  func closedWhileWaiting() async throws {
    let bench = try Bench()
    _ = try await bench.vm.evaluate("require('task').spawn(function() require('task').sleep(1e6) print('no') end)")
    let work = Task {
      try await bench.run("print('started') for i = 1, 100 do require('shop').wait() end return 'done'")
    }
    while bench.output.text.isEmpty { await Task.yield() }
    await bench.vm.close()
    #expect(try await work.value == ["done"])
    let error = await #expect(throws: LuaError.self) { try await bench.vm.evaluate("1") }
    #expect(error?.message == "the Lua VM is closed")
    await #expect(throws: LuaError.self) { try await bench.vm.global("x") }
    await #expect(throws: LuaError.self) { try await bench.vm.setGlobal("x", 1) }
    #expect(bench.output.text == "started\n")
  }

  @Test("A function kept longer than its VM says so when it is called")
  func functionAfterClose() async throws {
    var bench: Bench? = try Bench()
    let shelf = try #require(bench?.shelf)
    try await bench?.run("require 'shop'.keep(function() return 1 end)")
    let function = try #require(shelf.functions.withLock { $0.first })
    #expect(try await function.call() == [1])
    await bench?.vm.close()
    let closed = await #expect(throws: LuaError.self) { try await function.call() }
    #expect(closed?.message == "the Lua VM is closed")
    bench = nil
    let gone = await #expect(throws: LuaError.self) { try await function.call() }
    #expect(gone?.message == "the Lua VM of this function is closed" || gone?.message == "the Lua VM is closed")
  }

  @Test("Objects live on in Swift after their VM is gone, and work in another")
  func objectAfterClose() async throws {
    var first: Bench? = try Bench()
    let object = try #require(try await first?.run("return require 'shop'.point(3)").first)
    first = nil
    let second = try Bench()
    #expect(
      try await second.run("local p = ... return p:add(1), p:later(), p.x", arguments: [object]) == [4, 3, 3])
  }

  @Test("Functions and values of one VM are refused by another, with a clear error")
  func foreignFunctions() async throws {
    let first = try Bench()
    let second = try Bench()
    let function = try #require(try await first.run("return function(f) return f end").first)
    let error = await #expect(throws: ArgumentError.self) { try await second.run("return ...", arguments: [function]) }
    #expect(error?.scriptMessage == "a function of another Lua VM cannot be used here")
    await #expect(throws: ArgumentError.self) { try await second.vm.setGlobal("f", .list([function])) }
    let own = try #require(try await second.run("return print").first?.functionValue)
    await #expect(throws: ArgumentError.self) { try await own.call([.record([("f", function)])]) }
    #expect(try await second.run("return 7") == [7])
  }

  @Test("An error object of one VM raised through a host function of another keeps its message there")
  func foreignErrors() async throws {
    let first = try Bench()
    let function = try #require(
      try await first.run(
        "return function() error(setmetatable({code = 7}, {__tostring = function() return 'from afar' end})) end"
      )
      .first?.functionValue)
    let bridge = HostModule(
      "bridge", "", functions: [.waiting("bridge.call", "", since: "0.1") { _ in try await function.call() }])
    let second = try Bench { $0.modules.append(bridge) }
    #expect(
      try await second.run("local ok, e = pcall(require 'bridge'.call) return ok, tostring(e), e.kind") == [
        false, "from afar", "runtime",
      ])
    let error = try await second.failure("require 'bridge'.call()")
    #expect(error.message == "from afar" && error.underlying is LuaError)
  }

  @Test("A limit or os.exit of one VM is an ordinary error in another that called it")
  func foreignEnds() async throws {
    let plugin = try Bench { $0.limits.instructions = 100_000 }
    let spin = try #require(try await plugin.run("return function() while true do end end").first?.functionValue)
    let exit = try #require(try await plugin.run("return function() os.exit(3) end").first?.functionValue)
    let bridge = HostModule(
      "bridge", "",
      functions: [
        .waiting("bridge.spin", "", since: "0.1") { _ in try await spin.call() },
        .waiting("bridge.exit", "", since: "0.1") { _ in try await exit.call() },
      ])
    let bench = try Bench { $0.modules.append(bridge) }
    let values = try await bench.run(
      """
      local bridge = require "bridge"
      local _, limit = pcall(bridge.spin)
      local _, exit = pcall(bridge.exit)
      return limit.kind, tostring(limit), exit.kind, tostring(exit)
      """)
    #expect(
      values == [
        "limit", "the limit of 100000 instructions is used up", "exit", "the script ended itself with status 3",
      ])
  }

  @Test("A waiting host function may run scripts and functions on the VM that waits for it")
  func reentry() async throws {
    let module = HostModule(
      "again", "",
      functions: [
        .waiting("again.run", "", parameters: [HostParameter("s", .string, "")], since: "0.1") { arguments in
          guard let vm = arguments.vm else { return [] }
          try await vm.setGlobal("set", 5)
          let inner = try await vm.run(arguments[0].bytesValue ?? [], name: "inner.lua")
          return inner + [try await vm.global("set")]
        }
      ])
    let bench = try Bench { $0.modules.append(module) }
    let values = try await bench.run(
      "local again = require 'again' return again.run([[set = set + 1 return (require 'again'.run('return set'))]])")
    #expect(values == [5, 5])
    let error = try await bench.failure("local x = 1\nrequire 'again'.run('\\n\\nerror(\"inside\")')")
    #expect(error.message == "inside" && error.source == "inner.lua" && error.line == 3)
    #expect(error.traceback.contains("inner.lua:3") && error.traceback.contains("test.lua:2"))
  }

  @Test("Whatever a host function or a member throws, the script can catch it, and the next call works")
  func throwing() async throws {
    let type = ObjectType(
      "bad.Thing", "",
      fields: [
        .of(
          Point.self, "x", .integer, "", get: { _ in throw ShopError(code: "get") },
          set: { _, _ in throw ShopError(code: "set") })
      ],
      methods: [
        HostFunction("thing:now", "", since: "0.1") { _ in throw ShopError(code: "now") },
        .waiting("thing:later", "", since: "0.1") { _ in throw ShopError(code: "later") },
      ],
      call: HostFunction("thing", "", since: "0.1") { _ in throw ShopError(code: "call") })
    let module = HostModule(
      "bad", "",
      functions: [
        HostFunction("bad.thing", "", since: "0.1") { _ in [.object(LuaObject(Point(1), type: type))] },
        HostFunction("bad.nan_key", "", since: "0.1") { _ in
          [.table(LuaTable(array: [], entries: [(key: .number(.nan), value: 1)]))]
        },
        .typed("bad.raw", "", parameters: [("a", "")], since: "0.1") { (a: Int) throws -> Int in
          throw ShopError(code: "raw")
        },
      ], types: [type])
    let bench = try Bench { $0.modules.append(module) }
    let values = try await bench.run(
      """
      local bad = require "bad"
      local t = bad.thing()
      local function code(f, ...) local ok, e = pcall(f, ...) return not ok and (e.code or tostring(e)) end
      local codes = {}
      for _ = 1, 3 do
        codes = {
          code(function() return t.x end), code(function() t.x = 1 end), code(t.now, t), code(t.later, t), code(t),
          code(bad.raw, 1), code(function() for k in pairs(t) do end end), code(function() for a in t do end end),
          code(bad.nan_key),
        }
      end
      return table.concat(codes, " ")
      """)
    #expect(values == ["get set now later call raw get call a table key cannot be nil or NaN"])
  }
}
