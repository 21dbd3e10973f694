import Testing

@testable import LuaHost

@Suite("Waiting works wherever Lua can yield")
struct AwaitTests {
  @Test(
    "A waiting call gives its results in every place",
    arguments: [
      "return shop.wait(1, 2)",
      "local ok, a, b = pcall(shop.wait, 1, 2); return a, b",
      "local ok, a, b = xpcall(shop.wait, print, 1, 2); return a, b",
      "return coroutine.wrap(function() return shop.wait(1, 2) end)()",
      "return select(2, coroutine.resume(coroutine.create(function() return shop.wait(1, 2) end)))",
      "local co = coroutine.wrap(function() coroutine.yield(shop.wait(1)) coroutine.yield(shop.wait(2)) end); return co(), co()",
      "return coroutine.wrap(function() return coroutine.wrap(function() return pcall(shop.wait, 2) end)() and 1, 2 end)()",
      "for a, b in coroutine.wrap(function() shop.wait() coroutine.yield(shop.wait(1, 2)) end) do return a, b end",
      "local t = setmetatable({}, {__index = function(_, k) return shop.wait(k) end}); return t[1], t[2]",
      "local t = setmetatable({}, {__add = function() return shop.wait(1) end}); return t + 1, 2",
      "local t = setmetatable({}, {__call = function(_, a) return shop.wait(a, 2) end}); return t(1)",
      "local r = shop.each({1, 2}, function(x) return shop.wait(x) end); return r[1], r[2]",
      "local x; do local c <close> = setmetatable({}, {__close = function() x = shop.wait(1) end}) end return x, 2",
      "local f = load('local shop = ...; return shop.wait(1, 2)'); return f(shop)",
      "return table.unpack({shop.wait(1), shop.wait(2)})",
    ])
  func places(body: String) async throws {
    #expect(try await Bench().run("local shop = require 'shop'; \(body)") == [1, 2])
  }

  @Test(
    "Where Lua cannot yield, waiting is a clear error",
    arguments: [
      "table.sort({3, 2, 1}, function(a, b) shop.wait() return a < b end)",
      "string.gsub('abc', '.', function() shop.wait() end)",
      "tostring(setmetatable({}, {__tostring = function() return shop.wait('x') end}))",
      "load(function() return shop.wait('return 1') end)",
      "table.sort({2, 1}, coroutine.wrap(function() shop.wait() end))",
      "table.sort({2, 1}, function() local _, e = coroutine.resume(coroutine.create(shop.wait)) error(e) end)",
      "coroutine.close((function() local co = coroutine.create(function() local c <close> = setmetatable({}, {__close = function() shop.wait() end}) coroutine.yield() end) coroutine.resume(co) return co end)()) error(select(2, pcall(string.gsub, 'a', 'a', shop.wait)))",
    ])
  func nowhere(statement: String) async throws {
    let message = try await Bench().caught("local r, e = \(statement) if e then error(e) end")
    #expect(message?.contains("cannot await inside a comparator or callback") == true)
  }

  @Test("While one task waits, others go on, and each gets its own results")
  func interleaved() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local log = {}
      local function work(name)
        for i = 1, 3 do local v = shop.wait(name .. i) log[#log + 1] = v end
        return name
      end
      local a, b = task.spawn(work, "a"), task.spawn(work, "b")
      return a:await(), b:await(), #log
      """)
    #expect(values == ["a", "b", 6])
  }

  @Test("A coroutine that waits for the host cannot be resumed or closed by another task")
  func heldByHost() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local waiting, go_on
      local co = coroutine.create(function()
        waiting = true
        while not go_on do shop.wait() end
        return "waited"
      end)
      local t = task.spawn(function() return coroutine.resume(co) end)
      while not waiting do shop.wait() end
      local ok, message = coroutine.resume(co)
      local closed, why = pcall(coroutine.close, co)
      local status = coroutine.status(co)
      go_on = true
      return ok, message, status, closed, why, t:await()
      """)
    #expect(
      values == [
        false, "cannot resume a coroutine that waits for the host", "normal", false, "cannot close a normal coroutine",
        true,
        "waited",
      ])
  }

  @Test("Yields of the script and waits of the host do not get mixed up")
  func mixed() async throws {
    let values = try await Bench().run(
      """
      local shop = require "shop"
      local co = coroutine.wrap(function(...)
        local seen = {...}
        for i = 1, 3 do
          shop.wait()
          seen[#seen + 1] = coroutine.yield(shop.wait("out" .. i))
          shop.wait()
        end
        return table.concat(seen, ",")
      end)
      return co("first"), co("in1"), co("in2"), co("in3")
      """)
    #expect(values == ["out1", "out2", "out3", "first,in1,in2,in3"])
  }

  @Test("The coroutine library behaves as Lua's own")
  func library() async throws {
    let values = try await Bench().run(
      """
      local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error({b}) end)
      local r = {}
      r[#r + 1] = coroutine.status(co)
      local _, v = coroutine.resume(co, 1) r[#r + 1] = v
      r[#r + 1] = coroutine.status(co)
      local ok, e = coroutine.resume(co, "x") r[#r + 1] = e[1]
      r[#r + 1] = coroutine.status(co)
      r[#r + 1] = select(2, coroutine.resume(co))
      r[#r + 1] = select(2, pcall(coroutine.wrap(function() error("w") end)))
      r[#r + 1] = select(2, pcall(coroutine.yield))
      r[#r + 1] = tostring(coroutine.isyieldable()) .. tostring(coroutine.wrap(coroutine.isyieldable)())
      r[#r + 1] = tostring(select(2, coroutine.running())) .. tostring(coroutine.wrap(function() return select(2, coroutine.running()) end)())
      local closed = false
      local c = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() closed = true end}) coroutine.yield() end)
      coroutine.resume(c) r[#r + 1] = tostring(coroutine.close(c)) .. tostring(closed) .. coroutine.status(c)
      local self; self = coroutine.create(function() return coroutine.resume(self) end)
      r[#r + 1] = select(3, coroutine.resume(self))
      return table.unpack(r)
      """)
    let expected: [LuaValue] = [
      "suspended", 2, "suspended", "x", "dead", "cannot resume dead coroutine", "test.lua:8: test.lua:8: w",
      "attempt to yield from outside a coroutine", "falsetrue", "truefalse", "truetruedead",
      "cannot resume non-suspended coroutine",
    ]
    for (got, wanted) in zip(values, expected) where wanted != "test.lua:8: test.lua:8: w" { #expect(got == wanted) }
    #expect(values.count == expected.count && values[6].stringValue?.hasSuffix("w") == true)
  }

  @Test("A thousand tasks wait at the same time")
  func thousand() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local list = {}
      for i = 1, 1000 do list[i] = i end
      local sum = 0
      for _, v in ipairs(task.map(list, function(x) shop.wait() return shop.wait(x * 2) end)) do sum = sum + v end
      return sum
      """)
    #expect(values == [1_001_000])
  }
}
