-- Random formats and arguments for the rest of the string library.
local seed, rounds = ...
local baseline = require "baseline"
math.randomseed(seed)
local random = math.random
local own, lua = string, baseline.string
local function pack(...) return {n = select("#", ...), ...} end
local function show(t) local s = {} for i = 1, t.n do s[i] = lua.format(type(t[i]) == "string" and "%q" or "%s", tostring(t[i])) end return table.concat(s, ", ") end
local function same(what, a, b, args)
  for _, r in ipairs({a, b}) do if r[1] == false and type(r[2]) == 'string' then r[2] = lua.gsub(r[2], "'string%.%w+'", "'?'") end end
  local ok = a.n == b.n
  for i = 1, a.n do ok = ok and (a[i] == b[i] or a[i] ~= a[i] and b[i] ~= b[i]) and math.type(a[i]) == math.type(b[i]) end
  if not ok then error(lua.format("seed %d: %s(%s): ours %s, Lua's %s", seed, what, show(args), show(a), show(b)), 0) end
end
local values = {0, 1, -1, 42, 1.5, -0.0, 1/0, -1/0, 0/0, math.maxinteger, math.mininteger, 1e300, "x", "", "10", "0x10", "a\0b", "q\n\"\\\r\0001", lua.rep("y", 120), true, false, nil, print, {}, 3.0, "1e1", 255, 1e15, 0.1, 65, "\127\200"}
values[#values + 1] = setmetatable({}, {__tostring = function() return "object" end})
values[#values + 1] = setmetatable({}, {__tostring = function() return 1 end})
values[#values + 1] = setmetatable({}, {__name = "named"})
local last = #values
local function value() return values[random(1, 34)] end
local flags = {"", "", "", "-", "+", " ", "#", "0", "-0", "+ ", "#0", "00", "   ", "-+ #0-+ #0-+ #0", "-+ #0-+ #0-+ #0-+ #"}
local widths = {"", "", "5", "20", "99", "100", "0", "05", "1"}
local precisions = {"", "", ".", ".0", ".3", ".20", ".99", ".100", ".03", "..", ".3.4"}
local letters = {"d", "i", "u", "c", "x", "X", "o", "e", "E", "f", "F", "g", "G", "a", "A", "s", "q", "p", "s", "d", "y", "%", "", "l", "ld", "\0", "n", "z", " "}
local function pick(t) return t[random(#t)] end
for i = 1, rounds do
  local f = {}
  for k = 1, random(0, 3) do f[#f + 1] = random(3) == 1 and "text%%" or "%" .. pick(flags) .. pick(widths) .. pick(precisions) .. pick(letters) end
  local args = {n = random(0, 4)}
  for k = 1, args.n do args[k] = value() end
  f = table.concat(f)
  same("format", pack(pcall(own.format, f, table.unpack(args, 1, args.n))), pack(pcall(lua.format, f, table.unpack(args, 1, args.n))), pack(f, table.unpack(args, 1, args.n)))
end
local strings = {"", "a", "Abc", "hello WORLD \0 \xff\xe9", 12, 1.5, {}, nil, lua.rep("xyz", 50000)}
for i = 1, rounds // 10 do
  for _, name in ipairs {"sub", "rep", "upper", "lower", "reverse", "byte", "len"} do
    local args = {n = random(0, 3), strings[random(9)], random(-10, 10), random(-10, 10)}
    if random(20) == 1 then args[2] = ({math.mininteger, math.maxinteger, 0, 1.5, "2", 1 << 40})[random(6)] end
    if random(20) == 1 then args[3] = ({math.mininteger, math.maxinteger, 0, 1.5, "2", {}})[random(6)] end
    if name == "rep" and args.n > 1 and math.type(args[2]) == "integer" and args[2] > 100 and args[1] ~= "" then args[1] = lua.rep("x", 3) end
    if name == "rep" and type(args[2]) == "number" and args[2] > 1e9 then args[1] = "xx" end
    same(name, pack(pcall(own[name], table.unpack(args, 1, args.n))), pack(pcall(lua[name], table.unpack(args, 1, args.n))), args)
  end
end
local packs = {"b", "B", "h", "i3", "I5", "i16", "i17", "j", "n", "d", "f", "s1", "s", "z", "x", "Xi4", "!4", "<", ">", "=", " ", "c3", "c", "c0", "c10", "!", "!3", "l", "T", "Xz", "y", "i0", "s4"}
for i = 1, rounds do
  local f = {}
  for k = 1, random(0, 4) do f[k] = pick(packs) end
  f = table.concat(f)
  local args = {n = random(0, 4)}
  for k = 1, args.n do args[k] = value() end
  same("packsize", pack(pcall(own.packsize, f)), pack(pcall(lua.packsize, f)), pack(f))
  local a, b = pack(pcall(own.pack, f, table.unpack(args, 1, args.n))), pack(pcall(lua.pack, f, table.unpack(args, 1, args.n)))
  same("pack", a, b, pack(f, table.unpack(args, 1, args.n)))
  local s = random(2) == 1 and a[1] and a[2] or lua.rep("a\0b\xff", random(0, 8))
  same("unpack", pack(pcall(own.unpack, f, s)), pack(pcall(lua.unpack, f, s)), pack(f, s))
end
