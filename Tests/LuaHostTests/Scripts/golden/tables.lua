-- Tables keep their shape across the border, and are copies.
local shop = require "shop"
local original = { 1, 2, { 3 }, name = "n", [2.5] = "half", [true] = "yes", [-1] = "minus" }
local copy = shop.echo(original)
copy[3][1] = "changed"
print(original[3][1], copy[3][1], copy.name, copy[2.5], copy[true], copy[-1], #copy)
local empty = shop.echo({})
print(next(empty), #empty)
print(math.type(shop.echo(1)), math.type(shop.echo(1.0)), shop.echo("\0\255") == "\0\255")
local cyclic = { inner = {} }
cyclic.inner.outer = cyclic
print(select(2, pcall(shop.echo, cyclic)))
--> 3	changed	n	half	yes	minus	3
--> nil	0
--> integer	float	true
--> bad argument #1 '...' to 'shop.echo': field 'inner': field 'outer': table contains itself
