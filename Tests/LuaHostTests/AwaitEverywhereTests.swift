import Testing

@testable import LuaHost

/// Every way to wait in every place, and what scripts see of coroutines meanwhile.
@Suite("Waiting and coroutines, systematically")
struct AwaitEverywhereTests {
  /// What waits; each gives its argument back.
  static let waits = [
    "shop.wait(V)", "(task.sleep(0) or V)", "task.spawn(function(v) return shop.wait(v) end, V):await()",
    "task.group(function() return shop.wait(V) end)", "task.timeout(9, function() return V end)",
    "task.map({V}, function(v) task.sleep(0) return shop.wait(v) end)[1]",
    "task.race {function() return shop.wait(V) end}",
    "task.shield(function() task.sleep(0) return V end)",
  ]

  /// Where; W stands for a call that waits and gives 7.
  static let places = [
    "return W", "return (select(2, pcall(function() return W end)))",
    "return (select(2, xpcall(function() return W end, print)))",
    "return pcall(function() error(W) end) or 7", "local ok, e = pcall(function() error({v = W}) end) return e.v",
    "for x in function(_, c) if not c then return W end end do return x end",
    "return setmetatable({}, {__index = function() return W end}).x",
    "local r; setmetatable({}, {__newindex = function() r = W end}).x = 1; return r",
    "return setmetatable({}, {__call = function() return W end})()",
    "local m = {__eq = function() return W == 7 end}; return setmetatable({}, m) == setmetatable({}, m) and 7",
    "local m = {__lt = function() return W == 7 end}; return setmetatable({}, m) < setmetatable({}, m) and 7",
    "local m = {__le = function() return W == 7 end}; return setmetatable({}, m) <= setmetatable({}, m) and 7",
    "return setmetatable({}, {__concat = function() return W end}) .. 'x'",
    "return 'x' .. 'y' .. setmetatable({}, {__concat = function() return W end}) == 'x7' and 7",
    "return #setmetatable({}, {__len = function() return W end})",
    "return setmetatable({}, {__add = function() return W end}) + 1",
    "return -setmetatable({}, {__unm = function() return W end})",
    "return 1 // setmetatable({}, {__idiv = function() return W end})",
    "return ~setmetatable({}, {__bnot = function() return W end})",
    "return 1 << setmetatable({}, {__shl = function() return W end})",
    "local r; do local c <close> = setmetatable({}, {__close = function() r = W end}) end return r",
    "local r; for _ = 1, 2 do local c <close> = setmetatable({}, {__close = function() r = W end}) break end return r",
    "local r; (function() local c <close> = setmetatable({}, {__close = function() r = W end}) return 1 end)() return r",
    "local r; pcall(function() local c <close> = setmetatable({}, {__close = function() r = W end}) error('x') end) return r",
    "return coroutine.wrap(function() return W end)()",
    "local co = coroutine.create(function() return W end) return select(2, coroutine.resume(co))",
    "local f = function() return W end for _ = 1, 50 do local g = f f = function() return coroutine.wrap(g)() end end return f()",
    "local f = function() return W end for i = 1, 50 do local g = f f = function() return select(2, pcall(g)) end end return f()",
    "return load('local shop, task = ... return W')(shop, task)",
    "local co = coroutine.wrap(function() coroutine.yield('mine') return W end) if co() ~= 'mine' then return 0 end return co()",
    "local co = coroutine.wrap(function() return coroutine.yield(W) end) local a = co() return co('back') == 'back' and a",
    "for a, b in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(W, i) end end) do if b == 3 then return a end end",
  ]

  @Test("A call that waits gives its result in every place", arguments: places)
  func everywhere(place: String) async throws {
    let bench = try Bench()
    for wait in Self.waits where !(place.hasPrefix("return load") && wait.contains("'")) {
      let call = wait.replacing("V", with: "7")
      let values = try await bench.run(
        "local shop, task = require 'shop', require 'task'; " + place.replacing("W", with: call))
      #expect(values == [7], "\(call) in \(place)")
    }
  }

  @Test(
    "Where Lua cannot yield, the error names the place",
    arguments: [
      ("table.sort({3, 2, 1}, function(a, b) W return a < b end)", "here that of 'table.sort'"),
      ("string.gsub('abc', '.', function() W end)", "here that of 'string.gsub'"),
      ("tostring(setmetatable({}, {__tostring = function() W return 'x' end}))", "here that of 'tostring'"),
      ("load(function() W end)", "here that of 'load'"),
      ("xpcall(error, function(m) W return m end)", "inside the message handler of 'xpcall'"),
      ("xpcall(error, function(m) pcall(function() W end) W return m end)", "inside the message handler of 'xpcall'"),
      ("table.sort({2, 1}, function() coroutine.wrap(function() W end)() end)", "inside a comparator or callback"),
    ])
  func nowhere(statement: String, place: String) async throws {
    let bench = try Bench()
    for wait in Self.waits.prefix(4) {
      let text = statement.replacing("W", with: "local x = " + wait.replacing("V", with: "7") + ";")
      let values = try await bench.run(
        """
        local shop, task = require "shop", require "task"
        local ok, a, b = pcall(function() return \(text) end)
        return tostring(ok and b or a), shop.wait(8)
        """)
      let message = values.first?.stringValue ?? ""
      #expect(
        message.contains("cannot await \(place)") || message.contains("cannot await") && message.contains(place),
        "\(text): \(message)")
      #expect(values.last == 8)
    }
  }

  @Test("status, running and isyieldable are what they are in plain Lua, from everywhere, while the host is waited for")
  func views() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local log = {}
      local outer, inner
      inner = coroutine.create(function()
        log[#log + 1] = coroutine.status(outer) .. coroutine.status(inner) .. tostring(coroutine.running() == inner)
        for _ = 1, 9 do shop.wait() end
        log[#log + 1] = coroutine.status(outer) .. coroutine.status(inner) .. tostring(coroutine.isyieldable())
        coroutine.yield(1)
        shop.wait()
        return 2
      end)
      outer = coroutine.create(function()
        local _, a = coroutine.resume(inner)
        log[#log + 1] = coroutine.status(inner) .. a
        shop.wait()
        coroutine.yield("out")
        local _, b = coroutine.resume(inner)
        log[#log + 1] = coroutine.status(inner) .. b
      end)
      local t = task.spawn(function() return coroutine.resume(outer) end)
      while #log < 2 do
        if #log > 0 then
          log.seen = coroutine.status(outer) .. coroutine.status(inner) .. tostring(coroutine.isyieldable(inner))
          log.closed = tostring(pcall(coroutine.close, inner)) .. tostring(coroutine.resume(inner))
        end
        shop.wait()
      end
      log[#log + 1] = select(2, t:await())
      coroutine.resume(outer)
      return table.concat(log, " "), log.seen, log.closed, coroutine.status(outer), coroutine.close(outer)
      """)
    #expect(values[0] == "normalrunningtrue normalrunningtrue suspended1 out dead2")
    #expect(values[2] == "falsefalse" && values[3] == "dead" && values[4] == true)
    #expect(values[1].stringValue?.hasPrefix("normalnormal") == true)
  }

  @Test("A coroutine that was waiting when its task was cancelled is dead, and its closing values ran")
  func endedWhileWaiting() async throws {
    let values = try await Bench().run(
      """
      local shop, task = require "shop", require "task"
      local co, closed
      local t = task.spawn(function()
        co = coroutine.create(function()
          local c <close> = setmetatable({}, {__close = function() closed = true end})
          task.sleep(1e6)
        end)
        coroutine.resume(co)
      end)
      while not co or coroutine.status(co) ~= "normal" do shop.wait() end
      t:cancel()
      pcall(t.await, t)
      return coroutine.status(co), closed, coroutine.resume(co)
      """)
    #expect(values == ["dead", true, false, "cannot resume dead coroutine"])
  }
}
