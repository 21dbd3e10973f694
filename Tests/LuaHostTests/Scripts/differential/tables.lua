-- Random tables, proxies and ranges: results, contents and the order of metamethods must be the same.
local seed, rounds = ...
local baseline = require "baseline"
math.randomseed(seed)
local random = math.random
local own, lua = table, baseline.table
local format, gsub = baseline.string.format, baseline.string.gsub
local function pack(...) return {n = select("#", ...), ...} end
local function show(t) local s = {} for i = 1, t.n do s[i] = tostring(t[i]) end return lua.concat(s, ", ") end
local function normal(r) if r[1] == false and type(r[2]) == "string" then r[2] = gsub(r[2], "'table%.%w+'", "'?'") end return r end
local function value()
  local k = random(12)
  if k == 1 then return nil elseif k == 2 then return "x" .. random(3) elseif k == 3 then return random() elseif k == 4 then return {} elseif k == 5 then return true end
  return random(-3, 9)
end
-- A table, or a proxy with metamethods that notes what is done to it.
local function make(contents, n, kind, log)
  local t = {}
  for i = 1, n do t[i] = contents[i] end
  if kind == 1 then return t, t end
  if kind == 2 then return setmetatable(t, {__len = function() log[#log + 1] = "#" return n + 1 end}), t end
  if kind == 5 then return 7, t end
  if kind == 6 then return setmetatable({}, {__index = t}), t end
  local proxy = setmetatable({}, {
    __index = function(_, k) log[#log + 1] = "r" .. tostring(k) return t[k] end,
    __newindex = function(_, k, v) log[#log + 1] = "w" .. tostring(k) t[k] = v end,
    __len = function() log[#log + 1] = "#" return kind == 3 and #t or n end,
    __eq = function() return true end})
  return proxy, t
end
local edges = {0, 1, 2, -1, math.maxinteger, math.mininteger, math.maxinteger - 1, 1.0, 1.5, "2", "x", {}}
local function index(n) if random(12) == 1 then return edges[random(#edges)] end return random(-2, n + 3) end
local function attempt(library, name, contents, n, kind, args, other)
  local log = {}
  local t, raw = make(contents, n, kind, log)
  local a = {n = args.n}
  for i = 1, args.n do a[i] = args[i] if a[i] == "OTHER" then a[i] = other and make(contents, n, kind, log) or t end end
  local r = normal(pack(pcall(library[name], t, lua.unpack(a, 1, a.n))))
  if r[2] == t then r[2] = "itself" elseif type(r[2]) == "table" and a[4] == r[2] then r[2] = "other" end
  local keys = {}
  for k, v in pairs(raw) do keys[#keys + 1] = tostring(k) .. "=" .. tostring(v) end
  lua.sort(keys)
  return show(r), lua.concat(keys, " "), lua.concat(log, " ")
end
for i = 1, rounds do
  local n, contents = random(0, 8), {}
  for k = 1, n do contents[k] = value() end
  local kind = random(6)
  local cases = {
    {"insert", pack(value())}, {"insert", pack(index(n), value())}, {"insert", pack()}, {"remove", pack()}, {"remove", pack(index(n))},
    {"concat", pack(random(3) == 1 and value() or ",", random(2) == 1 and index(n) or nil, random(2) == 1 and random(-2, n + 2) or nil)},
    {"unpack", pack(random(2) == 1 and random(-2, n) or nil, random(2) == 1 and random(-2, n + 3) or nil)},
    {"move", pack(random(-2, n), random(-2, n + 2), index(n), random(2) == 1 and "OTHER" or nil)},
    {"move", pack(({1, math.mininteger, -5, 0})[random(4)], ({math.maxinteger, 3, -4})[random(3)], ({1, 2, math.maxinteger})[random(3)])},
  }
  for _, case in ipairs(cases) do
    local name, args = case[1], case[2]
    local a, b, huge = args[1], args[2], false
    if name == "move" and math.type(a) and math.type(b) and b > 100 and a > -100 and math.type(args[3]) == "integer" and args[3] <= math.maxinteger - b + a then huge = a > 0 or b < math.maxinteger + a end
    if name == "concat" and (b == math.mininteger) or name == "move" and a == math.mininteger then huge = true end
    if not huge then
      local other = random(2) == 1
      local r1, k1, l1 = attempt(own, name, contents, n, kind, args, other)
      local r2, k2, l2 = attempt(lua, name, contents, n, kind, args, other)
      if gsub(r1, "0x%x+", "") ~= gsub(r2, "0x%x+", "") or k1 ~= k2 or l1 ~= l2 then
        error(format("seed %d: %s(%s) kind %d of {%s}: ours %s {%s} %s; Lua's %s {%s} %s", seed, name, show(args), kind, show(pack(lua.unpack(contents, 1, n))), r1, k1, l1, r2, k2, l2), 0)
      end
    end
  end
end
-- sort: the order is given where no two are equal, else any order of equals is right.
for i = 1, rounds // 30 do
  local n, t, u = random(0, 300), {}, {}
  for k = 1, n do t[k] = random(3) == 1 and random(20) or random() u[k] = t[k] end
  local by = ({false, function(a, b) return a > b end})[random(2)] or nil
  own.sort(t, by) lua.sort(u, by)
  for k = 1, n do assert(t[k] == u[k]) end
end
for _, by in ipairs {function() return true end, function(a, b) return random(2) == 1 end, function(a, b) assert(a and b) return a <= b end, function(a, b) return nil end} do
  for n = 0, 200 do
    local t = {}
    for k = 1, n do t[k] = random(9) end
    local ok, e = pcall(own.sort, t, by)
    assert(ok or e == "invalid order function for sorting", e)
    assert(#t == n)
  end
end
for n = 4, 50 do
  local t = {} for k = 1, n do t[k] = k end
  assert(not pcall(own.sort, t, function(a, b) assert(a and b) return true end))
end
