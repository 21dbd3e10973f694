import Testing

@testable import LuaHost

extension SweepCase {
  /// Calls, values, objects and errors.
  static let crossings: [SweepCase] = [
    SweepCase(
      "typed functions of each arity",
      """
      local p, l = shop.point(3), try.ledger()
      assert(try.zero() == "none" and try.one({1, 2, 3})[1] == 3 and try.two("a" .. tostring(p), nil) == "apoint p")
      local a, b, c = try.three(1, 2.5, true)
      assert(a == 1 and b == 2.5 and c == true)
      local x, y, z = try.four({x = 4}, {y = {5}}, ("c"):rep(60), "red")
      assert(x == 4 and y[1] == 5 and #z == 63)
      local text, q, m = try.five("five", p, l, nil, "2s")
      assert(text == "five02" and q == p and m == l)
      local six, joined, f = try.six(1, 2, 3, "4", {"5", "6"}, function() return 7 end)
      return six, joined, f()
      """, gives: [6, "456", 7]),
    SweepCase(
      "declared functions",
      """
      local t = shop.echo({1, 2, {x = {y = "deep"}}, name = ("n"):rep(50)}, nil, 3.5, true, print)
      local n, g = select("#", try.many(40)), select(5, shop.echo(1, 2, 3, 4, print, 6, 7, 8, 9))
      assert(g == print and t.name == ("n"):rep(50))
      return n, t[3].x.y, shop.count({a = 1.5}).a, shop.pick({k = {9}}, "k")[1], shop.small(7), shop.join({"a", "b"}, "-")
      """, gives: [40, "deep", 1.5, 9, 7, "a-b"]),
    SweepCase(
      "refused arguments and results",
      """
      local cycle = {}
      cycle[1] = cycle
      local function said(f, ...)
        local ok, e = pcall(f, ...)
        assert(not ok)
        return tostring(oom(e)):sub(1, 22)
      end
      local co = coroutine.create(print)
      assert(said(try.one, {1, "x"}) == "bad argument #1 'a' to")
      assert(said(try.one, cycle) == "bad argument #1 'a' to" and said(shop.echo, cycle) == "bad argument #1 '...' ")
      assert(said(shop.echo, {{co}}) == "bad argument #1 '...' " and said(shop.order, "n", {size = {}}) == "bad argument #2 'optio")
      assert(said(shop.order, print, print) == "bad argument #1 'name'" and said(shop.add, print) == "bad argument #1 'a' to")
      assert(said(shop.shout, {{}, print}) == "bad argument #1 's' to" and said(shop.wait, cycle) == "bad argument #1 '...' ")
      return (said(try.broken))
      """, gives: ["a table key cannot be n"].map { .string(LuaString(String("\($0)".prefix(22)))) }),
    SweepCase(
      "objects",
      """
      local l = try.ledger()
      l:add(5):add(6).owner = "me" .. 1
      local seen = {}
      for k, v in pairs(l) do seen[k] = v end
      assert(seen.owner == "me1" and seen.sum == 11 and seen.all[2] == 6 and seen.self == l)
      for i, n in ipairs(l) do assert(n == i + 4) end
      assert(#l == 2 and l[2] == 6 and tostring(l) == "ledger of 2" and l:save() == l and l.self.self == l)
      local hint, held = l.secret[1], l.secret[2]
      local ok, e = pcall(function() l.summ = 1 end)
      assert(not ok and tostring(oom(e)):find("did you mean 'sum'"))
      ok, e = pcall(function() l.owner = {{}} end)
      assert(not ok and tostring(oom(e)):find("expected string"))
      ok, e = pcall(function() return l.nothing end)
      assert(not ok and tostring(oom(e)):find("no field or method"))
      ok, e = pcall(function() return l[{}] end)
      assert(not ok and oom(e).kind == "argument")
      ok, e = pcall(l.add, shop.point(1), 1)
      assert(not ok and oom(e).kind == "argument")
      local sum = 0
      for n in l do sum = sum + n end
      for n in shop.countdown(3) do sum = sum + n end
      return sum, hint, held == l
      """, gives: [14, "a secret", true]),
    SweepCase(
      "many objects come and go",
      """
      local kept = {}
      for i = 1, 40 do
        kept[i % 4] = shop.point(i, "label" .. i):moved(1)
        if i % 13 == 0 then collectgarbage() end
      end
      kept[5] = shop.echo({kept[1], kept[1]})[2]
      return kept[0].x, kept[0].label, kept[5] == kept[1]
      """, gives: [41, "label40", true]),
    SweepCase(
      "finalizers where each call needs room of its own",
      """
      local function deep(n)
        shop.point(n)
        collectgarbage()
        if n > 0 then return 1 + deep(n - 1) end
        return 0
      end
      return deep(12)
      """, gives: [12]),
    SweepCase(
      "Swift errors that a script catches",
      """
      local ok, e = pcall(shop.fail, "S1")
      assert(not ok and oom(e).code == "S1" and e.kind == "shop" and e.retryable and e .. "!" == "the shop is closed!")
      local all = {}
      for k, v in pairs(e) do all[k] = v end
      assert(all.code == "S1" and all.line == 3)
      ok, e = pcall(function() shop.fail_later() end)
      assert(not ok and oom(e).code == "later")
      ok, e = xpcall(shop.fail_plain, function(e) return {tostring(e), debug.traceback("t")} end)
      assert(not ok and oom(type(e) == "table" and e[1] or e) == "plain trouble" and e[2]:find("traceback"))
      ok, e = pcall(function() e = oom(e) shop.fail({}) end)
      assert(not ok and oom(e).kind == "argument")
      return tostring(e):sub(1, 12)
      """, gives: ["bad argument"]),
    SweepCase("a Swift error that nobody catches", "shop.fail('S' .. 2)") { error in
      (error.underlying as? ShopError)?.code == "S2" && error.source == "sweep.lua" && error.line == 3
        && error.traceback.contains("'shop.fail'") == error.traceback.contains("shop.fail")
    },
    SweepCase(
      "a Lua error with a table of values and objects",
      "local function f() error({code = 7, list = {1, {2}}, point = shop.point(1), f = print}) end\nf()",
      fails: { error in
        let table = error.value.tableValue
        return error.kind == .runtime && table?["code"] == 7 && table?["point"].object(as: Point.self) != nil
          && error.line == 3 && error.reference != nil && error.traceback.contains("in upvalue 'f'")
          || error.traceback.contains("local 'f'")
      }),
    SweepCase(
      "an error whose __tostring makes it",
      "error(setmetatable({}, {__tostring = function() return 'said ' .. shop.add(1, 2) end}))",
      fails: { $0.message == "said 3" && $0.line == 3 }),
    SweepCase(
      "a text error", "local x = nil\nreturn x.y.z",
      fails: { $0.message.hasPrefix("attempt to index a nil value") && $0.line == 4 }),
    SweepCase(
      "errors of closing after an error",
      """
      local a <close> = setmetatable({}, {__close = function() shop.wait() error("second " .. shop.add(1, 1)) end})
      error("first")
      """, fails: { $0.message == "second 2" }),
    SweepCase(
      "a mistake in the text", "local x = = 1", fails: { $0.kind == .syntax(incomplete: false) && $0.line == 3 }),
    SweepCase(
      "protected calls",
      """
      local ok, e = pcall(error, {"v"})
      assert(not ok and (type(e) == "table" and e[1] or oom(e)) == "v")
      local co, n = 0, 0
      ok, e = xpcall(function(...) n = select("#", ...) shop.wait() error("x", 0) end, function(m) return oom(m) .. "y" end, 1, 2, 3)
      assert(not ok and oom(e) == "xy" and n == 3)
      ok, e = pcall(pcall)
      assert(not ok and oom(e):find("value expected"))
      local function deep(k) if k == 0 then return {} end local r = deep(k - 1) r[#r + 1] = k return r end
      local fine, list = pcall(deep, 60)
      if not fine then oom(list) end
      return #list
      """, gives: [60]),
    SweepCase(
      "load, and what it loads",
      """
      local f = assert(load("local a <const> = {...}; return function() return a[1], shop end", "=chunk", "t", {shop = shop}))
      local v, s = f("v")()
      assert(v == "v" and s == shop)
      local parts, i = {"return ", "1", " + 2, ", "'" .. ("x"):rep(40) .. "'"}, 0
      local g, e = load(function() i = i + 1 return parts[i] end)
      if not g then error(oom(e)) end
      local bad, message = load("x = = 1")
      assert(not bad and oom(message):find("unexpected symbol"))
      return g()
      """, gives: [3, .string(LuaString(String(repeating: "x", count: 40)))]),
    SweepCase(
      "print",
      """
      print(1, "two", shop.point(1), setmetatable({}, {__tostring = function() return ("long"):rep(400) end}))
      return 1
      """, gives: [1]),
    SweepCase(
      "texts and tables",
      """
      local parts, s = {}, ("key=value; "):rep(120)
      for k, v in s:gmatch("(%w+)=(%w+)") do parts[#parts + 1] = k .. v end
      assert(#parts == 120 and s:gsub("=", {["="] = " is "}):sub(1, 12) == "key is value")
      local r, n = s:gsub("(v)(%w+)", function(a, b) return b .. a end)
      assert(n == 120 and r:find("aluev", 1, true) == 5 and s:upper():lower():reverse():reverse() == s)
      table.sort(parts, function(a, b) return a > b end)
      local moved = table.move(parts, 1, 100, 5, {})
      assert(select("#", table.unpack(parts)) == 120 and table.pack(table.unpack(moved, 5, 100)).n == 96)
      assert(#table.concat(parts, ", ") == 120 * 10 - 2 and ("%5.2f|%q|%-80s|"):format(1.5, "a\\n", "x"):len() == 99 - 6 + 0)
      assert(select("#", s:byte(1, 300)) == 300 and select("#", utf8.codepoint(s, 1, 300)) == 300)
      assert(#string.char(s:byte(1, 200)) == 200 and string.pack(">s4i2", s, 7):len() == #s + 6)
      table.insert(parts, 3, "x") table.remove(parts, 1)
      return #parts, string.unpack(">s2", string.pack(">s2", "packed"))
      """, gives: [120, "packed", 9]),
  ]
}
