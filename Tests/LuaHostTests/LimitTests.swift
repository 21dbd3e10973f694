import Testing

@testable import LuaHost

@Suite("Limits end in clear errors")
struct LimitTests {
  @Test("A table that contains itself is refused with the place")
  func cycle() async throws {
    let message = try await Bench().caught("local t = {a = {1, 2}}; t.a[3] = t; shop.echo(t)")
    #expect(message?.contains("bad argument #1 '...' to 'shop.echo': field 'a': item 3: table contains itself") == true)
  }

  @Test("A table used twice is no cycle")
  func shared() async throws {
    #expect(
      try await Bench().run("local s = {1}; return require 'shop'.echo({s, s})") == [.list([.list([1]), .list([1])])])
  }

  @Test("Nesting of 1,000 levels is refused, of 150 is not")
  func depth() async throws {
    let nest = "local function nest(n) local t = {} for i = 1, n do t = {t} end return t end "
    #expect(try await Bench().caught(nest + "shop.echo(nest(1000))")?.contains("deeper than 200 levels") == true)
    #expect(try await Bench().caught(nest + "shop.echo(nest(150))") == "no error")
    var deep = LuaValue.list([])
    for _ in 0..<1000 { deep = .list([deep]) }
    let error = await #expect(throws: ArgumentError.self) { try await Bench().run("return ...", arguments: [deep]) }
    #expect(error?.scriptMessage.contains("deeper than 200 levels") == true)
  }

  @Test("Too many values and too many bytes are refused")
  func counts() async throws {
    let bench = try Bench {
      $0.valueCountLimit = 1000
      $0.byteLimit = 10_000
    }
    let many = "local t = {} for i = 1, 2000 do t[i] = i end shop.echo(t)"
    #expect(try await bench.caught(many)?.contains("too many values") == true)
    let long = "local s = ('x'):rep(6000) shop.echo({s, s})"
    #expect(try await bench.caught(long)?.contains("too many bytes") == true)
    #expect(try await bench.caught("shop.echo(1)") == "no error")
  }

  @Test("Coroutines cannot be passed to the host, with the place")
  func coroutine() async throws {
    let message = try await Bench().caught("shop.echo({x = coroutine.create(print)})")
    #expect(message?.contains("bad argument #1 '...' to 'shop.echo': field 'x': a coroutine cannot be copied") == true)
  }

  @Test("The memory limit is an error that pcall catches, and the VM goes on")
  func memory() async throws {
    let bench = try Bench { $0.limits.memory = 8 << 20 }
    let grow = "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end"
    #expect(try await bench.caught(grow) == "not enough memory")
    #expect(try await bench.failure(grow).kind == .memory)
    #expect(try await bench.run("return 1 + 1") == [2])
  }

  @Test("A result too large for the memory limit is an error in the script, not in the host")
  func memoryOfResult() async throws {
    let big = HostModule(
      "big", "",
      functions: [
        HostFunction("big.make", "", since: "0.1") { _ in
          [.string(LuaString(bytes: Array(repeating: 65, count: 32 << 20)))]
        }
      ])
    let bench = try Bench {
      $0.limits.memory = 8 << 20
      $0.modules.append(big)
    }
    let values = try await bench.run("local ok, e = pcall(require 'big'.make); return ok, e, #('x'):rep(1000)")
    #expect(values == [false, "not enough memory", 1000])
  }

  @Test("The instruction limit ends a run, in spite of pcall, and counts all its tasks")
  func instructions() async throws {
    let bench = try Bench { $0.limits.instructions = 3_000_000 }
    let error = try await bench.failure("while true do pcall(function() while true do end end) end")
    #expect(error.kind == .limit(.instructions))
    let spread = try await bench.failure(
      """
      local task = require "task"
      local function loop() for i = 1, 1e9 do local x = i * 2 end end
      task.map({1, 2, 3}, loop)
      """)
    #expect(spread.kind == .limit(.instructions))
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Many short coroutines are counted too")
  func shortCoroutines() async throws {
    let bench = try Bench { $0.limits.instructions = 2_000_000 }
    let error = try await bench.failure("while true do coroutine.wrap(function() for i = 1, 500 do end end)() end")
    #expect(error.kind == .limit(.instructions))
  }

  @Test("Endless recursion is a stack overflow, not a crash")
  func recursion() async throws {
    let error = try await Bench().failure("local function f() return 1 + f() end f()")
    #expect(error.message.contains("stack overflow"))
    let nested = try await Bench().failure(
      "local function f() return coroutine.wrap(f)() end f()")
    #expect(nested.message.contains("C stack overflow"))
    let metamethod = try await Bench().caught(
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. 'x'] end return t.a")
    #expect(metamethod?.contains("overflow") == true)
  }

  @Test("string.rep refuses results that are too long, at once, in Lua's own words")
  func rep() async throws {
    let bench = try Bench()
    #expect(try await bench.caught("string.rep('x', 1 << 40)")?.contains("resulting string too large") == true)
    #expect(
      try await bench.run("return string.rep('', 1 << 62), ('ab'):rep(2, '-'), ('x'):rep(-1)") == ["", "ab-ab", ""])
  }

  @Test("Nested coroutine.close ends in an error, not in a crash")
  func nestedClose() async throws {
    let message = try await Bench().caught(
      """
      local function nest(n)
        local co = coroutine.create(function()
          local x <close> = setmetatable({}, {__close = function() if n > 0 then nest(n - 1) end end})
          coroutine.yield()
        end)
        coroutine.resume(co)
        assert(coroutine.close(co))
      end
      nest(20000)
      """)
    #expect(message?.contains("nested too deeply") == true || message?.contains("overflow") == true)
  }
}
