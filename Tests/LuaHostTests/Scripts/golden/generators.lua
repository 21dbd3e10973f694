-- Coroutines, iterators and waiting, in each other.
local shop = require "shop"
local function numbers(n)
  return coroutine.wrap(function()
    for i = 1, n do
      shop.wait()
      coroutine.yield(i)
    end
  end)
end
local function filter(keep, source)
  return coroutine.wrap(function()
    for x in source do
      if keep(shop.wait(x)) then coroutine.yield(x) end
    end
  end)
end
local out = {}
for x in filter(function(x) return shop.wait(x % 2 == 0) end, numbers(8)) do out[#out + 1] = x end
print(table.concat(out, ","))
for n in shop.countdown(3) do io = n end
print(io)
print(pcall(coroutine.wrap(function() shop.wait() error("inside", 0) end)))
--> 2,4,6,8
--> 0
--> false	inside
