/// The Lua side: `case(name, baseline, share, body)` times `body`, each round of the baseline and its subjects close together.
enum Cases {
  static let script = #"""
    local count, rounds, only = ...
    local plain, bench, clock = require "plain", require "bench", os.clock
    local text, list = ("x"):rep(21), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
    local groups = {}

    -- A group is a baseline and what is compared with it; they take turns, so that a busy moment hits all of them.
    local function group(share, ...)
      local members, wanted = {...}, only == ""
      for _, member in ipairs(members) do wanted = wanted or member.name:find(only, 1, true) end
      if not wanted then return end
      local n = math.max(count // share, 1)
      for _, member in ipairs(members) do member.times = {}; member.body(math.max(n // 20, 1)) end
      for round = 1, rounds do
        for _, member in ipairs(members) do
          local start = clock()
          member.body(n)
          member.times[round] = (clock() - start) / n * 1e9
        end
      end
      local results = {}
      for i, member in ipairs(members) do results[i] = {member.name, member.times} end
      groups[#groups + 1] = results
    end
    local function case(name, body) return {name = name, body = body} end

    group(1, case("empty loop", function(n) for i = 1, n do end end))
    group(1,
      case("plain C add(int, int)", function(n) local f = plain.add for i = 1, n do f(i, 2) end end),
      case("typed add(int, int)", function(n) local f = bench.add for i = 1, n do f(i, 2) end end),
      case("typed add(int, int, int)", function(n) local f = bench.add3 for i = 1, n do f(i, 2, 3) end end),
      case("declared add(int, int)", function(n) local f = bench.declared_add for i = 1, n do f(i, 2) end end))
    group(2,
      case("plain C echo(21 bytes)", function(n) local f = plain.echo for i = 1, n do f(text) end end),
      case("typed echo(LuaString)", function(n) local f = bench.echo for i = 1, n do f(text) end end),
      case("typed echo(String)", function(n) local f = bench.echo_text for i = 1, n do f(text) end end),
      case("declared echo(string)", function(n) local f = bench.declared_echo for i = 1, n do f(text) end end))
    group(8,
      case("plain C copy(table of 10)", function(n) local f = plain.copy for i = 1, n do f(list) end end),
      case("typed copy([Int64])", function(n) local f = bench.copy for i = 1, n do f(list) end end),
      case("declared copy(table)", function(n) local f = bench.declared_copy for i = 1, n do f(list) end end))
    local plain_counter, counter = plain.counter(), bench.counter()
    group(2,
      case("plain C object:add(int)", function(n) local o = plain_counter for i = 1, n do o:add(i) end end),
      case("typed object:add(int)", function(n) local o = counter for i = 1, n do o:add(i) end end),
      case("declared object:add(int)", function(n) local o = counter for i = 1, n do o:declared_add(i) end end))
    local plain_bare, bare = plain.bare_counter(), bench.bare_counter()
    group(2,
      case("plain C method, no fields", function(n) local o = plain_bare for i = 1, n do o:add(i) end end),
      case("typed method, no fields", function(n) local o = bare for i = 1, n do o:add(i) end end))
    group(2,
      case("plain C object.value", function(n) local o = plain_counter for i = 1, n do local v = o.value end end),
      case("typed object.value", function(n) local o = counter for i = 1, n do local v = o.value end end))
    group(8,
      case("plain C new object", function(n) local f = plain.counter for i = 1, n do f() end end),
      case("typed new object", function(n) local f = bench.counter for i = 1, n do f() end end))
    local function loop(library)
      local co = library.wrap(function() local yield = library.yield while true do yield() end end)
      return function(n) for i = 1, n do co() end end
    end
    local function resumed(library)
      local co = library.create(function() local yield = library.yield while true do yield() end end)
      local resume = library.resume
      return function(n) for i = 1, n do resume(co) end end
    end
    group(4,
      case("Lua's own resume and yield", resumed(plain.coroutine)), case("resume and yield", resumed(coroutine)))
    group(4, case("Lua's own wrap and yield", loop(plain.coroutine)), case("wrap and yield", loop(coroutine)))
    local function nothing() end
    local function caller(pcall) return function(n) local f = nothing for i = 1, n do pcall(f) end end end
    group(2, case("Lua's own pcall", caller(plain.base.pcall)), case("pcall", caller(pcall)))
    local function catcher(pcall, fail) return function(n) local s = text for i = 1, n do pcall(fail, s) end end end
    group(16,
      case("plain C error, caught", catcher(plain.base.pcall, plain.fail)),
      case("Swift error, caught", catcher(pcall, bench.fail)))
    group(50, case("waiting call, answered at once", function(n) local f = bench.wait for i = 1, n do f() end end))
    return groups
    """#
}
