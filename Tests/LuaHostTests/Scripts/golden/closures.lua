-- Functions as values on both sides of the border.
local shop = require "shop"
local seen = {}
local doubled = shop.each({ 1, 2, 3 }, function(x)
  seen[#seen + 1] = x
  return x * 2
end)
print(table.concat(seen, " "), table.concat(doubled, " "))
local compose = shop.echo(function(f, g) return function(x) return g(f(x)) end end)
print(compose(function(x) return x + 1 end, function(x) return x * 10 end)(4))
--> 1 2 3	2 4 6
--> 50
