-- What scripts can do with the host's errors.
local shop = require "shop"
local ok, err = pcall(shop.fail, "S7")
print(ok, err, err.kind, err.code, err.retryable, err.nothing)
print(select(2, pcall(shop.order, "x", { timout = 1 })))
print(select(2, pcall(shop.fail_later)).line)
local ok2, handled = xpcall(shop.fail, function(e) return "handled " .. e.code end, "S8")
print(ok2, handled)
local function risky() local _ <close> = setmetatable({}, { __close = function(_, e) print("closing", e.code) end }) shop.fail("S9") end
print(pcall(risky))
shop.fail("last")
--> false	the shop is closed	shop	S7	true	nil
--> bad argument #2 'options' to 'shop.order': unknown field 'timout' (did you mean 'timeout'?)
--> 6
--> false	handled S8
--> closing	S9
--> false	the shop is closed
--> error: errors.lua:11: the shop is closed
