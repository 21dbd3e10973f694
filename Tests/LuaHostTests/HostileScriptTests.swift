import Testing

@testable import LuaHost

@Suite("Hostile scripts end in errors, not in crashes")
struct HostileScriptTests {
  @Test("Closing coroutines in handlers of coroutines, with deep calls in between, does not run over the C stack")
  func nestedCloses() async throws {
    let values = try await Bench().run(
      """
      local function deep(n, f)
        if n == 0 then return f() end
        string.gsub("x", "x", function() deep(n - 1, f) end)
      end
      local list, message = {}, nil
      local function handler(i)
        return function()
          deep(180, function()
            local ok, e = pcall(coroutine.close, list[i + 1])
            message = message or (not ok and e)
          end)
        end
      end
      for i = 1, 100 do
        list[i] = coroutine.create(function()
          local x <close> = setmetatable({}, {__close = handler(i)})
          coroutine.yield()
        end)
        coroutine.resume(list[i])
      end
      list[101] = coroutine.create(print)
      coroutine.close(list[1])
      return message
      """)
    #expect(values == ["coroutine.close is nested too deeply"])
  }

  @Test("Errors that Lua raises outside of every protected call do not abort the process when memory is used up")
  func brim() async throws {
    let bench = try Bench { $0.limits.memory = 2 << 20 }
    let error = try await bench.failure(
      """
      local dead = coroutine.create(function() end)
      coroutine.resume(dead)
      local resume = coroutine.resume
      local self = coroutine.running()
      local function deep(n) return n == 0 and pcall(resume, self) or pcall(deep, n - 1) end
      local co = coroutine.wrap(function() while true do pcall(deep, 190) coroutine.yield() end end)
      local function loop() error() end
      co()
      keep = {}
      local function fill() local k = keep while true do k = {k} keep = k end end
      for i = 1, 50 do
        pcall(fill)
        pcall(resume, dead)
        pcall(resume, self)
        pcall(co)
        xpcall(loop, loop)
      end
      fill()
      """)
    #expect(error.kind == .memory)
    try await bench.vm.setGlobal("keep", .nil)
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("An error value's __tostring cannot hold the host, not even through a coroutine made before")
  func tostring() async throws {
    let bench = try Bench()
    let error = try await bench.failure(
      """
      local spin = coroutine.create(function() while true do end end)
      error(setmetatable({}, {__tostring = function() coroutine.resume(spin) return "x" end}))
      """)
    #expect(error.message == "the error value's __tostring took too long")
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("An error value's __tostring does not see the host's own coroutine")
  func mainState() async throws {
    let bench = try Bench()
    _ = try await bench.failure(
      "error(setmetatable({}, {__tostring = function() held, main = coroutine.running() return 'x' end}))")
    #expect(try await bench.run("return main, coroutine.status(held)") == [true, "dead"])
  }

  @Test(
    "os.exit ends the run wherever it is called",
    arguments: [
      "load(function() os.exit(3) end)", "table.sort({2, 1}, function() os.exit(3) end)",
      "while true do pcall(load, function() pcall(os.exit, 3) end) end", "coroutine.wrap(function() os.exit(3) end)()",
      "string.gsub('a', 'a', function() coroutine.wrap(os.exit)(3) end)",
    ])
  func exits(text: String) async throws {
    #expect(try await Bench().failure(text + " print('not reached')").kind == .exit(3))
  }

  @Test("Coroutines of ended tasks are dead for everybody else")
  func deadTasks() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local co, inner
      local function state(co) return coroutine.status(co), select(2, coroutine.resume(co)) end
      task.spawn(function() co = coroutine.running() return print end):await()
      local a, b = state(co)
      pcall(function() task.spawn(function() co = coroutine.running() error("x") end):await() end)
      local c, d = state(co)
      local t = task.spawn(function()
        inner = coroutine.create(function()
          local x <close> = setmetatable({}, {__close = function() error("in handler") end})
          task.sleep(1)
        end)
        coroutine.resume(inner)
      end)
      while not inner or coroutine.status(inner) ~= "normal" do shop.wait() end
      t:cancel()
      pcall(t.await, t)
      return a, b, c, d, state(inner)
      """)
    let dead: [LuaValue] = ["dead", "cannot resume dead coroutine"]
    #expect(values == dead + dead + dead)
  }

  @Test("A script's coroutine that was ended inside a comparator cannot be closed, and a module loaded there anew")
  func endedInComparator() async throws {
    let bench = try Bench {
      $0.modules.append(
        HostModule(
          "sorts", "",
          source: Array(
            """
            if first then return "loaded" end
            first = true
            print('sorting')
            co = coroutine.create(function() table.sort({3, 2, 1}, function() while true do end end) end)
            coroutine.resume(co)
            """.utf8)))
    }
    let work = Task { try await bench.run("require 'sorts'") }
    while bench.output.text.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    work.cancel()
    _ = await work.result
    #expect(
      try await bench.run("return coroutine.status(co), coroutine.close(co)") == [
        "dead", false, "the coroutine was ended with its task",
      ])
    #expect(try await bench.run("return (require 'sorts')") == ["loaded"])
  }

  @Test(
    "A task that is cancelled in a callback runs the __close handlers around it, innermost first",
    arguments: [false, true],
    [
      "SPIN", "pcall(SPIN)", "xpcall(SPIN, print)", "coroutine.wrap(SPIN)()", "table.sort({2, 1}, SPIN)",
      "coroutine.wrap(function() table.sort({2, 1}, function() coroutine.wrap(SPIN)() end) end)()",
      "coroutine.wrap(function() pcall(table.sort, {2, 1}, SPIN) end)()", "load(SPIN)", "string.gsub('x', 'x', SPIN)",
    ])
  func handlersAroundCallbacks(counting: Bool, body: String) async throws {
    let bench = try Bench { $0.countsInstructions = counting }
    let spin = """
      (function()
        local c <close> = handler('inner')
        print('spinning')
        while true do end
      end)
      """
    let work = Task {
      try await bench.run(
        """
        closed = ''
        function handler(name)
          return setmetatable({}, {__close = function()
            local ok, e = pcall(error, 'own')
            closed = closed .. name .. (ok and '?' or ' ')
          end})
        end
        local a <close> = handler('outer')
        table.sort({3, 2, 1}, function()
          local b <close> = handler('middle')
          ;\(body.replacing("SPIN", with: spin))\(body == "SPIN" ? "()" : "")
        end)
        """)
    }
    for _ in 0..<2000 where bench.output.text.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    work.cancel()
    _ = await work.result
    #expect(try await bench.run("return closed") == ["inner middle outer "])
  }

  @Test("Tracebacks taken by xpcall are Lua's own")
  func xpcallTraceback() async throws {
    let values = try await Bench().run(
      "local function f() error('m') end return select(2, xpcall(f, debug.traceback))")
    #expect(
      values.first?.stringValue?.hasPrefix(
        "test.lua:1: m\nstack traceback:\n\t[C]: in function 'error'\n\ttest.lua:1: in") == true)
  }

  @Test("isyieldable and status check their arguments as Lua's own do")
  func arguments() async throws {
    #expect(try await Bench().caught("coroutine.isyieldable('x')")?.contains("coroutine expected, got string") == true)
    #expect(try await Bench().caught("coroutine.status()")?.contains("coroutine expected, got no value") == true)
  }

  @Test(
    "Bombs are errors",
    arguments: [
      ("local s = 'x' while true do s = s .. s end", "not enough memory"),
      ("local t = {} for i = 1, 1e9 do t[i] = i end", "not enough memory"),
      (
        "local t = {} for i = 1, 1e5 do t[i] = 'xxxxxxxxxxxxxxxxxxxx' end table.concat(t, ('x'):rep(1000))",
        "not enough memory"
      ),
      ("string.pack('c2000000000', '')", "too much padding"),
      ("load('return ' .. ('('):rep(1e5))()", "attempt to call a nil value"),
      ("error(select(2, load('return ' .. ('('):rep(1e5))))", "C stack overflow"),
      ("error(select(2, load('local ' .. ('a,'):rep(300) .. 'a')))", "too many local variables"),
      ("string.format('%999d', 1)", "invalid conversion"),
      ("string.format('%.999f', 1)", "invalid conversion"),
      ("table.unpack({}, 1, 1e8)", "too many results to unpack"),
      ("local t = {} t = setmetatable(t, {__index = t}) return t.x", "'__index' chain too long"),
      (
        "local function f() local ok, e = coroutine.resume(coroutine.create(f)) error(e, 0) end f()", "C stack overflow"
      ),
      ("local function f() return tostring(setmetatable({}, {__tostring = f})) end f()", "C stack overflow"),
      ("local function f() string.gsub('x', 'x', f) end f()", "C stack overflow"),
    ])
  func bombs(text: String, message: String) async throws {
    let bench = try Bench { $0.limits.memory = 32 << 20 }
    let caught = try await bench.caught(text)
    #expect(caught?.contains(message) == true, "\(caught ?? "nil")")
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("A chain of modules that require each other deeply is an error, not a crash")
  func deepRequire() async throws {
    let bench = try Bench {
      for i in 0..<400 { $0.modules.append(HostModule("m\(i)", "", source: Array("return require 'm\(i + 1)'".utf8))) }
      $0.modules.append(HostModule("m400", "", source: Array("return 'end'".utf8)))
    }
    // The C stack is empty again after a preemption, so a slow machine gets to the end.
    let message = try await bench.caught("require 'm0'")
    #expect(message == "no error" || message?.contains("C stack overflow") == true)
    #expect(try await bench.run("return (require 'm395')") == ["end"])
  }
}
