-- Tasks that wait for each other.
local shop, task = require "shop", require "task"
local function fib(n)
  if n < 2 then return n end
  shop.wait()
  local a, b = task.spawn(fib, n - 1), task.spawn(fib, n - 2)
  return a:await() + b:await()
end
print(fib(10))
local squares = task.map({ 1, 2, 3, 4 }, { concurrency = 2 }, function(x, i) shop.wait() return i .. ":" .. x * x end)
print(table.concat(squares, " "))
--> 55
--> 1:1 2:4 3:9 4:16
