import Foundation
import Testing

@testable import LuaHost

@Suite("What a script can get hold of, level by level")
struct SandboxTests {
  /// Walks from every value that a script can start with, and names each function, table, thread and object once.
  static let walk = """
    local seen, found = {}, {}
    local function walk(value, path)
      local kind = type(value)
      if kind == "nil" or kind == "boolean" or kind == "number" then return end
      if kind ~= "string" then
        if seen[value] then return end
        seen[value] = true
        found[#found + 1] = path
      end
      local meta = (kind ~= "string" or path == "text") and getmetatable(value)
      if type(meta) == "table" then
        walk(meta, "getmetatable(" .. path .. ")")
      elseif meta ~= nil and meta ~= false then
        found[#found + 1] = "odd metatable of " .. path
      end
      if kind == "table" then
        local keys = {}
        for key in next, value do keys[#keys + 1] = key end
        table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
        for _, key in ipairs(keys) do
          if type(key) ~= "string" then walk(key, path .. "'s key") end
          walk(value[key], path == "_G" and tostring(key) or path .. "." .. tostring(key))
        end
      end
    end
    seen[walk] = true
    walk(_G, "_G")
    walk("", "text")
    walk(_ENV, "_ENV")
    walk(load("return _ENV")(), "load's _ENV")
    walk(load("return ...", "", "t", {})(load), "load in a box")
    walk((pairs {}), "pairs' iterator")
    walk((ipairs {}), "ipairs' iterator")
    walk(utf8.codes(""), "codes' iterator")
    walk(select(2, pcall(error)), "no error")
    walk(select(2, pcall(error, setmetatable({}, {}))), "an error's own value")
    walk(select(2, pcall(string.rep)), "a library's error")
    walk(select(2, xpcall(string.rep, function(m) return m end)), "a handled error")
    for _, name in ipairs { "_G", "string", "table", "math", "utf8", "coroutine", "os", "debug", "io", "package", "shop",
        "task", "_LOADED", "_PRELOAD", "ffi", "jit", "bit32" } do
      local ok, module = pcall(require, name)
      if ok and name ~= "shop" and name ~= "task" then walk(module, "require " .. name) end
    end
    return table.concat(found, "\\n")
    """

  static let common = """
    _G assert collectgarbage coroutine coroutine.close coroutine.create coroutine.isyieldable coroutine.resume \
    coroutine.running coroutine.status coroutine.wrap coroutine.yield debug debug.traceback error getmetatable ipairs load \
    math math.abs math.acos math.asin math.atan math.ceil math.cos math.deg math.exp math.floor math.fmod math.log math.max \
    math.min math.modf math.rad math.random math.randomseed math.sin math.sqrt math.tan math.tointeger math.type math.ult next \
    os os.clock os.date os.difftime os.exit os.time pairs pcall print rawequal rawget rawlen rawset require select setmetatable \
    string string.byte string.char string.find string.format string.gmatch string.gsub string.len string.lower string.match \
    string.pack string.packsize string.rep string.reverse string.sub string.unpack string.upper table table.concat table.insert \
    table.move table.pack table.remove table.sort table.unpack tonumber tostring type utf8 utf8.char utf8.codepoint utf8.codes \
    utf8.len utf8.offset xpcall
    """
  /// Found beside what globals lead to: iterators, and tables that the walk itself makes.
  static let derived = [
    "ipairs' iterator", "codes' iterator", "an error's own value", "getmetatable(an error's own value)",
  ]
  static let stringMetatable = [
    "getmetatable(text)", "getmetatable(text).__add", "getmetatable(text).__div", "getmetatable(text).__idiv",
    "getmetatable(text).__mod", "getmetatable(text).__mul", "getmetatable(text).__pow", "getmetatable(text).__sub",
    "getmetatable(text).__unm",
  ]
  static let trusted = """
    debug.getinfo debug.getlocal debug.getupvalue debug.upvalueid math.cosh math.frexp math.ldexp math.log10 math.pow \
    math.sinh math.tanh package warn
    """
  static let files = """
    dofile loadfile io io.close io.flush io.input io.lines io.open io.output io.read io.stderr io.stdin io.stdout io.tmpfile \
    io.type io.write
    """
  static let system = "os.execute os.getenv os.remove os.rename os.setlocale os.tmpname"

  private func reachable(_ sandbox: LuaSandbox) async throws -> [String] {
    let text = try await Bench { $0.sandbox = sandbox }.run(Self.walk).first
    return (text?.stringValue ?? "").split(separator: "\n").map(String.init).sorted()
  }

  private func words(_ lists: String...) -> [String] {
    lists.flatMap { $0.split(separator: " ").map(String.init) }
  }

  @Test("In the sandbox nothing but the closed list is reachable, from whatever value")
  func sandboxed() async throws {
    let found = try await reachable(.sandboxed)
    #expect(found == (words(Self.common) + Self.derived).sorted())
  }

  @Test(
    "A trusted script finds what it was granted, and no more",
    arguments: [Set<LuaLibrary>(), [.io], [.os], [.io, .os]])
  func trusted(libraries: Set<LuaLibrary>) async throws {
    var more = ""
    if libraries.contains(.io) { more += Self.files + " " }
    if libraries.contains(.os) { more += Self.system + " " }
    if libraries.count == 2 { more += "io.popen" }
    let found = try await reachable(.trusted(allowing: libraries))
    #expect(found == (words(Self.common, Self.trusted, more) + Self.derived + Self.stringMetatable).sorted())
  }

  @Test("No level of the stack gives away a function of the host, wherever a script asks")
  func hiddenFunctions() async throws {
    let bench = try Bench {
      $0.sandbox = .trusted(allowing: [.io])
      $0.searchPath = [RequireTests.directory]
    }
    let error = try await bench.failure(
      """
      local shop = require "shop"
      local asked, given = 0, {}
      function look()
        for level = 0, 30 do
          local info = debug.getinfo(level, "fS")
          if not info then break end
          asked = asked + 1
          if info.what == "C" and info.func then given[#given + 1] = tostring(info.func) end
          for i = 1, 20 do
            local name, value = debug.getlocal(level, i)
            if name == "(C temporary)" then given[#given + 1] = name end
          end
        end
        return "x"
      end
      local meta = {__tostring = look, __index = look, __call = look, __close = look, __concat = look, __len = look,
        __eq = look, __pairs = function() look() return next, {} end, __name = "mine"}
      local object = setmetatable({}, meta)
      look()
      tostring(object) print(object) shop.each({1}, look)
      pcall(error, object) xpcall(error, look)
      pcall(table.sort, {1, 2}, function() look() return false end)
      string.gsub("a", "a", look)
      load(function() look() return nil end)
      coroutine.wrap(look)()
      do local x <close> = object end
      local co = coroutine.create(function() local x <close> = object; coroutine.yield() end)
      coroutine.resume(co) coroutine.close(co)
      package.preload.mine = look
      require "mine"
      for _ in pairs(object) do end
      local co = coroutine.wrap(function() for w in ("a b"):gmatch("%a") do look() end end) co()
      pcall(string.format, "%s", object)
      assert(asked > 50)
      for _, f in ipairs {print, string.gsub, coroutine.wrap(print), ("x"):gmatch("x")} do
        for i = 1, 3 do if debug.getupvalue(f, i) then given[#given + 1] = "upvalue" end end
      end
      error(setmetatable({}, {__tostring = function() look() return "given:" .. table.concat(given, " ") end}))
      """)
    #expect(error.message == "given:")
  }
}
