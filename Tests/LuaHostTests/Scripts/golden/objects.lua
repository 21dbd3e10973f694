-- Objects with fields and methods.
local shop = require "shop"
local a, b = shop.point(1, "a"), shop.point(2, "b")
a.x = a.x + b:add(10)
print(a, a.x, #a, a == b, a == shop.echo(a))
print(pcall(function() return a.colour end))
print(pcall(a.add, 5))
local fields = {}
for k, v in pairs(b) do fields[#fields + 1] = k .. "=" .. tostring(v) end
table.sort(fields)
print(table.concat(fields, " "))
--> point a	13	2	false	true
--> false	shop.Point has no field or method 'colour'
--> false	'point:add' needs a shop.Point in front, got integer: call it with ':' instead of '.', as point:add(...)
--> label=b x=2
