import Testing

@testable import LuaHost

@Suite("How scripts end")
struct EndingTests {
  @Test("After an error that nobody caught, __close handlers may wait")
  func waitingHandlers() async throws {
    let bench = try Bench()
    let error = try await bench.failure(
      """
      local shop = require "shop"
      local a <close> = setmetatable({}, {__close = function(_, e) print("outer", e, shop.wait("waited")) end})
      local function fails()
        local b <close> = setmetatable({}, {__close = function() print("inner") end})
        error("first")
      end
      fails()
      """)
    #expect(error.message == "first")
    #expect(error.line == 5)
    #expect(bench.output.text.contains("inner\nouter\ttest.lua:5: first\twaited\n"))
  }

  @Test("An error of a handler takes the place of the first, whose traceback stays below")
  func failingHandler() async throws {
    let error = try await Bench().failure(
      """
      local a <close> = setmetatable({}, {__close = function(_, e)
        error("second")
      end})
      local function fails()
        error("first")
      end
      fails()
      """)
    #expect(error.message == "second")
    #expect(error.line == 2)
    let parts = error.traceback.split(separator: "while closing after an error:")
    #expect(parts.count == 2)
    #expect(parts.first?.contains("test.lua:2:") == true)
    #expect(parts.last?.contains("test.lua:5:") == true)
  }

  @Test("A handler that waits after an error can be cancelled")
  func cancelledHandler() async throws {
    let bench = try Bench()
    let work = Task {
      try await bench.run(
        """
        local a <close> = setmetatable({}, {__close = function() print("waits") require "task".sleep(1e6) end})
        error("first")
        """)
    }
    for _ in 0..<2000 where bench.output.text.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    work.cancel()
    let error = await #expect(throws: LuaError.self) { try await work.value }
    #expect(error?.kind == .cancelled)
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("What is printed up to the limit is kept, what would go over is not, and pcall does not catch it")
  func output() async throws {
    let bench = try Bench { $0.limits.output = 1000 }
    let error = try await bench.failure("while true do pcall(print, 'xxxx') end")
    #expect(error.kind == .limit(.output))
    #expect(error.message == "the limit of 1000 bytes of output is used up")
    #expect(bench.output.text == String(repeating: "xxxx\n", count: 200))
    try await bench.run("print('again')")
    #expect(bench.output.text.hasSuffix("again\n"))
  }

  @Test("Waiting begins a new burst and does not count as running", arguments: [false, true])
  func bursts(counting: Bool) async throws {
    let bench = try Bench {
      $0.countsInstructions = counting
      $0.limits = LuaLimits(burstInstructions: 400_000, runningTime: .seconds(20))
    }
    let values = try await bench.run(
      """
      local shop, n = require "shop", 0
      for i = 1, 20 do
        for j = 1, 100000 do n = n + 1 end
        shop.wait()
      end
      return n
      """)
    #expect(values == [2_000_000])
    let error = try await bench.failure("for j = 1, 1e7 do end")
    #expect(error.kind == .limit(.burstInstructions))
    #expect(error.line == 1)
  }

  @Test("A handler's os.exit does not hide that a limit ended the script")
  func exitInHandler() async throws {
    for body in ["while true do end", "table.sort({2, 1}, function() while true do end end)"] {
      let bench = try Bench { $0.limits.instructions = 200_000 }
      let error = try await bench.failure(
        "local a <close> = setmetatable({}, {__close = function() pcall(os.exit, 0) print('no') end}) \(body)")
      #expect(error.kind == .limit(.instructions))
      #expect(bench.output.text.isEmpty)
    }
  }

  @Test("A thousand tasks with endless handlers end together within a second of computing")
  func manyHandlers() async throws {
    let bench = try Bench { $0.limits.instructions = 20_000_000 }
    let error = try await bench.failure(
      """
      local task = require "task"
      for i = 1, 1000 do
        task.spawn(function()
          local c <close> = setmetatable({}, {__close = function() while true do end end})
          task.sleep(1e6)
        end)
      end
      for i = 1, 100 do require "shop".wait() end
      while true do end
      """)
    #expect(error.kind == .limit(.instructions))
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Handlers have their whole budget, whatever other tasks have used before them")
  func budgetOfTheirOwn() async throws {
    let bench = try Bench()
    let values = try await bench.run(
      """
      local shop, task = require "shop", require "task"
      local closed = "not closed"
      local t = task.spawn(function()
        local c <close> = setmetatable({}, {__close = function() closed = ("closed"):rep(1) end})
        task.sleep(1e6)
      end)
      shop.wait()
      -- Each failure is work in C, and none of these tasks runs an instruction at which a hook could look in.
      local failing = {}
      for i = 1, 5000 do failing[i] = task.spawn(error) end
      t:cancel()
      pcall(t.await, t)
      for _, f in ipairs(failing) do pcall(f.await, f) end
      return t.status, closed
      """)
    #expect(values == ["cancelled", "closed"])
  }

  @Test("A memory error that nobody caught names the limit, and handlers have a reserve")
  func memory() async throws {
    let bench = try Bench { $0.limits.memory = 8 << 20 }
    let error = try await bench.failure(
      """
      keep = {}
      local a <close> = setmetatable({}, {__close = function() print(("x"):rep(10000):sub(1, 3), #keep > 0) end})
      while true do keep[#keep + 1] = {} end
      """)
    #expect(error.kind == .memory)
    #expect(error.message == "not enough memory: the limit is 8 MB")
    #expect(bench.output.text == "xxx\ttrue\n")
    #expect(await bench.vm.memoryUsed <= 8 << 20)
  }
}
