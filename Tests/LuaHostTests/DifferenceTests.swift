import Foundation
import Testing

@testable import LuaHost

/// What `docs/lua-differences.md` says differs from Lua 5.4.4, on purpose; and what it says does not.
@Suite("Differences from Lua are those that the documentation lists")
struct DifferenceTests {
  /// A script of the trusted level with `io` and `os`, and what it returns.
  static let rows: [(script: String, result: LuaValue)] = [
    // base
    ("return select(2, pcall(setmetatable, {}, {__gc = true}))", "'__gc' is not available to scripts; use '__close'"),
    ("local m = {} local t = setmetatable({}, m) m.__gc = print return pcall(setmetatable, t, m)", false),
    ("return select(2, load('\\27Lua', 'x', 'b'))", "attempt to load a binary chunk (mode is 't')"),
    ("return collectgarbage('generational')", "incremental"),
    ("return tostring(getmetatable('').__index == string)", "true"),
    ("getmetatable('').__mul = function(a, n) return a:rep(n) end return 'ab' * 2", "abab"),
    // string
    ("return string.dump", .nil),
    ("return select(2, pcall(string.rep, 'x', 1 << 27))", "resulting string too large"),
    ("return select(2, pcall(string.pack, 'c30000000', '')):match('too much padding')", "too much padding"),
    // os
    ("return os.setlocale('de_DE.UTF-8')", .nil), ("return os.setlocale('')", "C"),
    // io
    ("return getmetatable(io.stdout)", false),
    ("return select(2, io.stdout:seek())", "Illegal seek"),
    ("return select(2, io.stdout:close())", "cannot close standard file"),
    // debug
    (
      """
      local names = {}
      for name in pairs(debug) do names[#names + 1] = name end
      table.sort(names)
      return table.concat(names, " ")
      """, "getinfo getlocal getupvalue traceback upvalueid"
    ),
    ("return debug.getinfo(0, 'f').func", .nil),
    ("return debug.getinfo(print, 'f').func == print", true),
    ("return debug.getlocal(0, 1)", .nil),
    ("return debug.getupvalue(string.gmatch('a', 'a'), 1)", .nil),
    ("local a = 1 local name, value = debug.getlocal(1, 1) return name .. value", "a1"),
    ("local x = 5 return select(2, debug.getupvalue(function() return x end, 1))", 5),
    // the message handler's caller is not counted
    ("return select(2, xpcall(error, function() return debug.getinfo(2, 'n').name end, 'x'))", .nil),
    (
      "local function f() error('x') end return select(2, xpcall(f, function() return debug.getinfo(3, 'f').func == f end))",
      true
    ),
    (
      """
      local function handler(m) return debug.traceback(m, 2) end
      return select(2, xpcall(function() error('x', 0) end, handler)):match('^[^]]*]')
      """,
      "x\nstack traceback:\n\t[C]"
    ),
    // package and require
    ("return package.loadlib or package.searchers or package.searchpath", .nil),
    ("return select(2, pcall(require, 'a/b')):match('bad module name')", "bad module name"),
    ("return select(2, pcall(function() package.path = '' end)):match('cannot be set')", "cannot be set"),
    ("package.preload.no = function() return false end return require 'no'", false),
    // coroutines
    ("return (select(2, coroutine.running()))", true),
    ("return select(2, pcall(coroutine.yield))", "attempt to yield from outside a coroutine"),
    ("return coroutine.isyieldable()", false),
  ]

  @Test("A difference is as documented", arguments: rows)
  func row(script: String, result: LuaValue) async throws {
    let bench = try Bench { $0.sandbox = .trusted(allowing: [.io, .os]) }
    #expect(try await bench.run(script).first ?? .nil == result)
  }

  /// The same in the sandbox.
  @Test(
    "A difference of the sandbox is as documented",
    arguments: [
      ("return io or package or warn or dofile or loadfile or math.pow or os.getenv or debug.getinfo", LuaValue.nil),
      ("return getmetatable('')", false),
      ("return select(2, pcall(collectgarbage)):match(\"only 'count' is\")", "only 'count' is"),
      ("return type(debug.traceback())", "string"), ("return setmetatable({}, {__mode = 'k'}) ~= nil", true),
      (
        "local co = coroutine.create(coroutine.yield) coroutine.resume(co) return debug.traceback(co):match('yield')",
        "yield"
      ),
      ("return load('return io', 'x', 't')()", .nil), ("return load('return _ENV')() == _G", true),
    ])
  func sandboxed(script: String, result: LuaValue) async throws {
    #expect(try await Bench { $0.sandbox = .sandboxed }.run(script).first ?? .nil == result)
  }
}
