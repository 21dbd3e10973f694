extension StandardLibrary {
  /// Grant, with "p" behind it for what has no effect; name; parameters; "->"; results. A test holds the names against the VM.
  ///
  /// Kinds: s string, n number, b boolean, t table, f function, ? anything.
  static let table = """
    + _VERSION = s
    + _G = ?
    + assert v:? message?:? ... -> ?
    + collectgarbage option?:s arg?:n arg?:n -> ?
    i dofile name?:s -> ?
    + error message?:? level?:n
    +p getmetatable v:? -> ?
    +p ipairs t:? -> ? ? ?
    + load chunk:s|f name?:s mode?:s env?:? -> ? ?
    i loadfile name?:s mode?:s env?:? -> ? ?
    +p next t:t key?:? -> ? ?
    +p pairs t:? -> ? ? ?
    + pcall f:? ... -> b ?
    + print ...
    +p rawequal a:? b:? -> b
    +p rawget t:t key:? -> ?
    +p rawlen v:t|s -> i
    + rawset t:t key:? value:? -> t
    + require name:s -> ? ?
    +p select n:n ... -> ?
    + setmetatable t:t metatable:? -> ?
    +p tonumber v:? base?:n -> n?
    +p tostring v:? -> s
    +p type v:? -> type
    t warn message:s ...
    + xpcall f:? handler:? ... -> b ?
    +p string.byte s:s i?:n j?:n -> ?
    +p string.char ... -> s
    +p string.find s:s pattern:s init?:n plain?:? -> i? i? ?
    +p string.format format:s ... -> s
    +p string.gmatch s:s pattern:s init?:n -> f
    +  string.gsub s:s pattern:s repl:s|t|f n?:n -> s i
    +p string.len s:s -> i
    +p string.lower s:s -> s
    +p string.match s:s pattern:s init?:n -> ?
    +p string.pack format:s ... -> s
    +p string.packsize format:s -> i
    +p string.rep s:s n:n sep?:s -> s
    +p string.reverse s:s -> s
    +p string.sub s:s i:n j?:n -> s
    +p string.unpack format:s s:s pos?:n -> ?
    +p string.upper s:s -> s
    +p table.concat list:t sep?:s i?:n j?:n -> s
    + table.insert list:t pos:? value?:?
    + table.move a1:t f:n e:n t:n a2?:t -> ?
    +p table.pack ... -> ?
    + table.remove list:t pos?:n -> ?
    + table.sort list:t comp?:f
    +p table.unpack list:? i?:n j?:n -> ?
    +p math.abs x:n -> n
    +p math.acos x:n -> n
    +p math.asin x:n -> n
    +p math.atan y:n x?:n -> n
    +p math.ceil x:n -> n
    +p math.cos x:n -> n
    +p math.deg x:n -> n
    +p math.exp x:n -> n
    +p math.floor x:n -> n
    +p math.fmod x:n y:n -> n
    + math.huge = n
    +p math.log x:n base?:n -> n
    +p math.max x:n ... -> n
    + math.maxinteger = i
    +p math.min x:n ... -> n
    + math.mininteger = i
    +p math.modf x:n -> n n
    + math.pi = n
    +p math.rad x:n -> n
    + math.random m?:n n?:n -> n
    + math.randomseed x?:n y?:n
    +p math.sin x:n -> n
    +p math.sqrt x:n -> n
    +p math.tan x:n -> n
    +p math.tointeger x:? -> i?
    +p math.type x:? -> ?
    +p math.ult m:n n:n -> b
    tp math.cosh x:n -> n
    tp math.frexp x:n -> n i
    tp math.ldexp m:n e:n -> n
    tp math.log10 x:n -> n
    tp math.pow x:n y:n -> n
    tp math.sinh x:n -> n
    tp math.tanh x:n -> n
    +p utf8.char ... -> s
    + utf8.charpattern = s
    +p utf8.codepoint s:s i?:n j?:n lax?:? -> ?
    +p utf8.codes s:s lax?:? -> ? ? ?
    +p utf8.len s:s i?:n j?:n lax?:? -> i? i?
    +p utf8.offset s:s n:n i?:n -> i?
    + coroutine.close co:? -> b ?
    +p coroutine.create f:f -> ?
    +p coroutine.isyieldable co?:? -> b
    + coroutine.resume co:? ... -> b ?
    +p coroutine.running -> ? b
    +p coroutine.status co:? -> status
    + coroutine.wrap f:f -> f
    + coroutine.yield ... -> ?
    +p os.clock -> n
    +p os.date format?:s time?:n -> ?
    +p os.difftime later:n earlier:n -> n
    o os.execute command?:s -> ? ? ?
    + os.exit code?:b|n close?:?
    op os.getenv name:s -> ?
    o os.remove name:s -> ? ? ?
    o os.rename from:s to:s -> ? ? ?
    o os.setlocale locale?:s category?:s -> ?
    +p os.time date?:t -> i
    o os.tmpname -> s
    tp debug.getinfo ... -> ?
    tp debug.getlocal ... -> ?
    tp debug.getupvalue f:f index:n -> ? ?
    +p debug.traceback ... -> ?
    tp debug.upvalueid f:f index:n -> ?
    i io.close file?:? -> ? ? ?
    i io.flush -> ?
    i io.input file?:? -> ?
    i io.lines name?:s ... -> ? ? ? ?
    i io.open name:s mode?:s -> ? ? ?
    i io.output file?:? -> ?
    b io.popen command:s mode?:s -> ? ? ?
    i io.read ... -> ?
    i io.stderr = ?
    i io.stdin = ?
    i io.stdout = ?
    i io.tmpfile -> ? ? ?
    ip io.type v:? -> ?
    i io.write ... -> ? ? ?
    t package.config = s
    t package.cpath = s
    t package.loaded = ?
    t package.path = s
    t package.preload = ?
    """

  /// Names that other releases of Lua have, and what this one has instead.
  static let foreign: [String: String] = [
    "unpack": "it is table.unpack", "loadstring": "it is load", "setfenv": "use load with an environment, or _ENV",
    "getfenv": "use _ENV", "module": "return a table instead", "jit": "this is not LuaJIT",
    "bit": "use the operators & | ~ << >>",
    "bit32": "use the operators & | ~ << >>", "table.getn": "use #", "table.maxn": "use #",
    "table.foreach": "use pairs",
    "string.gfind": "it is string.gmatch", "math.mod": "it is math.fmod", "newproxy": "there is none",
    "ffi": "this is not LuaJIT",
    "string.dump": "it only makes what cannot be loaded", "continue": "use goto continue", "null": "it is nil",
    "None": "it is nil", "undefined": "it is nil", "True": "it is true", "False": "it is false", "this": "it is self",
    "debug.sethook": "there are no hooks", "package.searchpath": "the path is fixed",
    "package.loadlib": "there is no way to C",
  ]
}
