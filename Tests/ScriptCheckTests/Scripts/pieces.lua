return
----
return 1
----
return 1;
----
return 1; x()
----
return return
----
do return end x()
----
break
----
while x do break end
----
while x do if y then break end end
----
for i=1,2 do break end
----
repeat break until x
----
while x do local f = function() break end end
----
goto a
----
goto a ::a::
----
::a:: goto a
----
::a:: ::a::
----
do ::a:: end ::a::
----
::a:: do ::a:: end
----
do ::a:: end goto a
----
goto a do ::a:: end
----
goto a local x ::a::
----
goto a local x ::a:: print(x)
----
goto a local x ::a:: ;
----
goto a local x ::a:: ; ::b::
----
goto a local x ::a:: ::b:: print()
----
do goto a local x ::a:: end
----
do goto a local x ::a:: ; ; end
----
repeat goto a local x ::a:: until x
----
repeat local y goto a local x ::a:: until y
----
while x do goto c local y ::c:: end
----
for i = 1, 2 do goto continue local x = 1 ::continue:: end
----
function f() goto a end ::a::
----
::a:: function f() goto a end
----
goto a; do local x; goto a end ::a::
----
do goto a end local x ::a:: x()
----
local x <const> = 1 x = 2
----
local x <const> = 1 local function f() x = 2 end
----
local x <close> = nil x = 2
----
local x <close>, y <close> = nil
----
local x <foo> = 1
----
local x <const> = 1 function x() end
----
local x <const> = 1 function x.y() end
----
local x <const> = {} x.y = 1
----
local x <const>, y = 1, 2 y = 3
----
local x <const>
----
local function f <const> () end
----
for i <const> = 1, 2 do end
----
for i = 1, 2 do i = 3 end
----
function f() return ... end
----
function f(...) return ... end
----
return ...
----
local f = function(a, ...) local g = function() return ... end end
----
function f(..., a) end
----
function f(a, b,) end
----
f(1, 2,)
----
x = {1, 2,}
----
x = {1; 2;}
----
x = {;}
----
x = {,}
----
x = {a = 1, [b] = 2, "c", f()}
----
x = {a = }
----
x = {[1] 2}
----
x = {a.b = 1}
----
x = {f() = 1}
----
x
----
x.y
----
x:y
----
x:y()
----
x:y{}
----
x:y""
----
x.y = 1
----
x[1] = 1
----
x[1]
----
f() = 1
----
f().x = 1
----
(f)() 
----
(f()) 
----
(x) = 1
----
(x).y = 1
----
a, b = 1
----
a, f() = 1
----
a, b
----
a.b, c[d] = 1, 2, 3
----
f() f()
----
f()
(g)()
----
a = b
(g)()
----
local a = function() end()
----
local a = (function() end)()
----
"x":len()
----
("x"):len()
----
local x = "x":len()
----
local x = {}.x
----
local x = ({}).x
----
local function f.x() end
----
local function () end
----
function () end
----
function f:g:h() end
----
function f.g:h.i() end
----
function f.g.h:i(a) return self end
----
if x then
----
if x then end
----
if x then else end
----
if x then elseif y then else end
----
if x then else elseif y then end
----
if x then else if y then end end
----
if x end
----
if x = 1 then end
----
while do end
----
while x end
----
for i do end
----
for i = 1 do end
----
for i = 1, 2, 3, 4 do end
----
for i, j = 1, 2 do end
----
for i in do end
----
for i, j in pairs(t) do end
----
for i.x in y do end
----
for 1 = 1, 2 do end
----
repeat until
----
repeat until x
----
repeat local x until x
----
end
----
do end end
----
else
----
until x
----
x = 1 until x
----
elseif
----
local
----
local 1
----
local x =
----
local x, = 1
----
local x y
----
local x = 1, 2
----
local x = 1 2
----
x = 
----
x = = 1
----
x == 1
----
x += 1
----
x++
----
x = y++
----
x = !y
----
x != y
----
x = a != b
----
x = a && b
----
x = a || b
----
x = a ? b : c
----
x = a and or b
----
x = not
----
x = not not a
----
x = - - 1
----
x = --1
x = 1
----
x = ~~1
----
x = ~ 1 ~ 2
----
x = a ~ b
----
x = a ~= b
----
x = 1 < 2 < 3
----
x = 2^-3^-4
----
x = -2^2
----
x = a..b..c
----
x = a or b and c
----
x = #t
----
x = #
----
x = # # t
----
x = 1 + 
----
x = (1
----
x = 1)
----
x = ()
----
x = (1, 2)
----
x = [1]
----
x = t[1
----
x = t[]
----
x = t.
----
x = t.1
----
x = t.end
----
x = t.for
----
x = 3
----
x = 3.
----
x = .3
----
x = 3..2
----
x = 3. .. 2
----
x = 3e
----
x = 3e+
----
x = 3e-2
----
x = 3E5
----
x = 3e5e
----
x = 3x
----
x = 0x
----
x = 0xg
----
x = 0x1g
----
x = 0xA
----
x = 0xA.
----
x = 0x.A
----
x = 0x.
----
x = 0xAp
----
x = 0xAp1
----
x = 0xA.8p-1
----
x = 0x1e+1
----
x = 0x1P+1
----
x = 1e+1+1
----
x = 3_000
----
x = 1.2.3
----
x = 99999999999999999999
----
x = 0xfffffffffffffffffffff
----
x = 1e999
----
x = 08
----
x = 0b1
----
x = 1n
----
x = 1inf
----
x = "a
----
x = "a\
b"
----
x = "a\z
   b"
----
x = "\x41"
----
x = "\x4"
----
x = "\xg1"
----
x = "\u{41}"
----
x = "\u{7FFFFFFF}"
----
x = "\u{80000000}"
----
x = "\u{}"
----
x = "\u{41"
----
x = "\u41"
----
x = "\u{fffffffffffffffff}"
----
x = "\255"
----
x = "\256"
----
x = "\999"
----
x = "\1"
----
x = "\0012"
----
x = "\q"
----
x = "\a\b\f\n\r\t\v\\\"\'"
----
x = 'a"b'
----
x = "a'b"
----
x = 'a
----
x = [[a]]
----
x = [[a
b]]
----
x = [==[a]]b]==]
----
x = [=[a]]
----
x = [=a
----
x = [==
----
x = [[a
----
x = [ [a]]
----
--
----
--[[ a ]] x = 1
----
--[[ a
----
--[==[ a ]] ]==] x = 1
----
--[= a
----
x = 1 --[[ a ]] + 2
----
#!shebang
x = 1
----
# comment
x = = 1
----
x = 1 #!no
----
@
----
$x = 1
----
x = `a`
----
x = a\b
----
ü = 1
----
x = "ü"
----
x = ü
----
local goto = 1
----
goto = 1
----
goto 1
----
goto
----
::1::
----
::a
----
::a:
----
:: a ::
----
::a::::b::
----
;
----
;;;
----
; x = 1 ;
----
x = 1;;y = 2
----
return;;
----
return ; ;
----
local x <const > = 1
----
local x < const > = 1
----
local x <const = 1
----
local x <> = 1
----
local x<close>=nil
----
local a <const>, b <close> = 1, nil
----
x = function end
----
x = function() 
----
x = function() end
----
x = function(a b) end
----
x = function(a, a) end
----
x = function(self) end
----
local x = ...
----
x = ... .. ...
----
f(...)
----
f{...}
----
f(..., 1)
----
f"a""b"
----
f{}{}
----
f"a"{}"b"()
----
f.a"b":c{}
----
f:a
----
f:a.b()
----
f::a()
----
x = f:a
----
x = (f:a)()
----
local _ENV = {} x = 1
----
local _ENV <const> = {} x = 1
----
_ENV = {}
----
local x = 1 <const>
----
x = a < b > c
----
x = a >> b << c
----
x = a // b
----
x = a / / b
----
x = a << < b
----
x = nil.x
----
x = nil
----
nil = 1
----
true = 1
----
nil()
----
("a")()
----
1()
----
x = 1()
----
x = (1)()
----
return f() g()
----
return f()
, g
----
while true do return end
----
while true do return x end
----
while true do return x; end
----
while true do return x; y() end
----
if x then return y end
----
if x then return y else return z end
----
if x then return y x() end
----
for i = 1, 2 do return i end
----
function f() return end
----
function f() return return end
----
function f() return 1, end
----
function f() return (1) end
----
a.b:c(1).d[e]"f".g = 1
----
a.b:c(1).d[e]"f" = 1
----
a.b:c = 1
----
local a; a.b.c:d().e, f = 1, 2
----
local t = {1, 2, 3, [4] = 5; x = 6, f(), ...}
----
local t = {...}
----
local t = {... = 1}
----
local t = {[...] = 1}
----
local t = {function() end, x = function() end}
----
local t = {a = 1 b = 2}
----
local t = {1 2}
----
local t = {a = 1,, b = 2}
----
if (x) then end
----
if x then y() end z()
----
if not x then y() end
----
if x then goto a end ::a::
----
if x then ::a:: end goto a
----
do local a = 1 goto b; local c ::b:: a = 2 end
----
