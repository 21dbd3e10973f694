-- Random patterns and subjects: ours and Lua's own functions must answer the same, mistakes included.
local seed, rounds = ...
local baseline = require "baseline"
local own, lua = string, baseline.string
math.randomseed(seed)
local random = math.random
local parts = {"a", "b", "c", ".", "%a", "%w", "%d", "%s", "%l", "%A", "%S", "%p", "[ab]", "[^a]", "[a-c]", "[%w_]", "[]]", "[^]a]", "[a-]", "[%a-z]",
  "(", ")", "()", "(a)", "(.-)", "(b*)", "%1", "%2", "%b()", "%bab", "%f[a]", "%f[%W]", "%f[^a]", "^", "$", "%", "[", "]", "-", "*", "+", "?", "%%", "%.", "\0", "%z", "%g", "%x", "%u", "%c", "\xff", "[\x80-\xff]", "[\0-b]", "(", ")", "a-", "a*", "b+", "c?", ".-", ".*", "[ab]-", "[ab]*", "%0", "%b", "%f", "%bx", "[^%s]+", "[a-%]", "1"}
local quantifiers = {"", "", "", "", "*", "+", "-", "?"}
local letters = {"a", "b", "c", "a", "b", "(", ")", " ", "1", "\0", "A", ".", "]", "\xff", "%", "$", "^", "-"}
local function subject()
  local t = {}
  for i = 1, random(0, 14) do t[i] = letters[random(#letters)] end
  return table.concat(t)
end
local function pattern()
  local t = {}
  if random(8) == 1 then t[1] = "^" end
  for i = 1, random(0, 6) do t[#t + 1] = parts[random(#parts)] .. quantifiers[random(#quantifiers)] end
  if random(8) == 1 then t[#t + 1] = "$" end
  return table.concat(t)
end
local replacements = {"x", "", "%0", "<%1>", "%2%1", "%%", "%", "%a", "a%0b%1c", 7}
local function pack(...) return {n = select("#", ...), ...} end
local function same(what, a, b, ...)
  local ok = a.n == b.n
  for i = 1, a.n do ok = ok and a[i] == b[i] and math.type(a[i]) == math.type(b[i]) end
  if ok then return end
  local function show(t) local s = {} for i = 1, t.n do s[i] = lua.format(type(t[i]) == "string" and "%q" or "%s", t[i]) end return table.concat(s, ", ") end
  error(lua.format("seed %d: %s(%s): ours %s, Lua's %s", seed, what, show(pack(...)), show(a), show(b)), 0)
end
local function all(iterator, ...)
  local list, n = {n = 0}, 0
  for a, b, c in iterator(...) do
    list[n + 1], list[n + 2], list[n + 3] = a, b or false, c or false
    n = n + 3
    if n > 300 then break end
  end
  list.n = n
  return table.unpack(list, 1, n)
end
local function answers(kind)
  if kind == 1 then return setmetatable({a = "1", b = false, ["("] = 2}, {__index = function(_, k) if k == "c" then return {} end end}) end
  return function(...) local a = ... if a == "c" then return {} elseif a == "b" then return nil end return lua.format("%s%d", a, select("#", ...)) end
end
for i = 1, rounds do
  local s, p, init = subject(), pattern(), nil
  if random(3) == 1 then init = random(-18, 18) end
  same("find", pack(pcall(own.find, s, p, init)), pack(pcall(lua.find, s, p, init)), s, p, init)
  same("match", pack(pcall(own.match, s, p, init)), pack(pcall(lua.match, s, p, init)), s, p, init)
  same("gmatch", pack(pcall(all, own.gmatch, s, p, init)), pack(pcall(all, lua.gmatch, s, p, init)), s, p, init)
  local r, limit = replacements[random(#replacements)], nil
  if random(4) == 1 then limit = random(-1, 4) end
  same("gsub", pack(pcall(own.gsub, s, p, r, limit)), pack(pcall(lua.gsub, s, p, r, limit)), s, p, r, limit)
  r = answers(random(2))
  same("gsub", pack(pcall(own.gsub, s, p, r, limit)), pack(pcall(lua.gsub, s, p, r, limit)), s, p, r, limit)
  same("plain find", pack(own.find(s, p, init, true)), pack(lua.find(s, p, init, true)), s, p, init)
  if i % 20 == 0 then
    -- long ones: the depth limit, many captures, patterns without room inline
    local many = random(1, 250)
    s = lua.rep(s, random(0, 40))
    p = lua.rep(parts[random(#parts)] .. quantifiers[random(#quantifiers)], many) .. pattern()
    if lua.find(p, "^[^-*+?]*$") or #s < 20 and many < 4 then
      same("long", pack(pcall(own.find, s, p)), pack(pcall(lua.find, s, p)), s, p)
    end
    p = lua.rep("a?", random(150, 210)) .. lua.rep("(a?)", random(0, 20))
    s = lua.rep("a", random(0, 220))
    same("deep", pack(pcall(own.find, s, p)), pack(pcall(lua.find, s, p)), s, p)
  end
end
