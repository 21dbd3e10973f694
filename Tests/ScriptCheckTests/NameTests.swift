import LuaHost
import Testing

@testable import ScriptCheck

@Suite("Names")
struct NameTests {
  @Test(
    "Globals that nothing defines are told",
    arguments: [
      ("print(x)", ["1:7 undefined-global"]), ("x = 1 print(x)", []), ("print(x) x = 1", []),
      ("function f() end f()", []), ("_G.x = 1 print(x)", []), ("print(_G.x)", []), ("_G[print] = 1 print(x)", []),
      ("local _ENV = {} print(x)", []), ("setmetatable(_G, {}) print(x)", []),
      ("local t = table.unpack or unpack print(t)", []), ("if jit then print(1) end", []),
      ("print(jit)", ["1:7 undefined-global"]),
      ("if x then print(1) end", ["1:4 undefined-global"]),
      ("local function f() return g() end local function g() end f() g()", ["1:27 undefined-global"]),
      ("print(arg, ...)", ["1:7 undefined-global"]),
      ("do local x = 1 print(x) end print(x)", ["1:35 undefined-global"]),
      ("local x = x print(x)", ["1:11 undefined-global"]), ("repeat local d = print() until d", []),
      ("for i = 1, 2 do print(i) end print(i)", ["1:36 undefined-global"]),
    ])
  func undefined(script: (text: String, expected: [String])) {
    #expect(Shop.check(script.text) == script.expected, "\(script.text)")
  }

  @Test("What a level does not have is told, with the option that gives it")
  func levels() {
    #expect(Shop.check("print(io.open)") == ["1:7 restricted-library"])
    #expect(Shop.findings("print(io.open)").first?.hint?.contains("--allow io") == true)
    #expect(Shop.check("print(io.open)", sandbox: .trusted(allowing: [.io])) == [])
    #expect(Shop.check("print(io.popen)", sandbox: .trusted(allowing: [.io])) == ["1:10 restricted-library"])
    #expect(Shop.check("print(os.getenv)") == ["1:10 restricted-library"])
    #expect(Shop.check("print(os.getenv)", sandbox: .trusted(allowing: [.os])) == [])
    #expect(Shop.check("warn 'x'") == [])
    #expect(Shop.check("warn 'x'", sandbox: .sandboxed) == ["1:1 restricted-library"])
    #expect(Shop.check("print(math.pow)", sandbox: .sandboxed) == ["1:12 restricted-library"])
    #expect(Shop.check("if io then print(1) end") == [])
  }

  @Test("The table of Lua's libraries is what a VM of each level has")
  func members() async throws {
    let levels: [LuaSandbox] = [
      .sandboxed, .trusted(allowing: []), .trusted(allowing: [.io]), .trusted(allowing: [.os]),
      .trusted(allowing: [.io, .os]),
    ]
    for level in levels {
      var configuration = LuaVM.Configuration()
      configuration.sandbox = level
      let vm = try LuaVM(configuration)
      let script = """
        local names = {}
        for name, value in pairs(_G) do
          if type(value) == "table" and name ~= "_G" then
            for key, member in pairs(value) do names[#names + 1] = name .. "." .. key .. " " .. type(member) end
          else
            names[#names + 1] = "." .. name .. " " .. type(value)
          end
        end
        return table.concat(names, "\\n")
        """
      let given = try await vm.run(Array(script.utf8), name: "names").first?.stringValue ?? ""
      await vm.close()
      let real = Set(given.split(separator: "\n").map(String.init))
      var known: Set<String> = []
      for (library, members) in StandardLibrary.standard.members {
        for (name, member) in members where member.grant.isGiven(level) {
          let full = "\(library).\(name)"
          known.insert(full + (member.function != nil ? " function" : ""))
        }
      }
      for entry in real {
        let name = entry.split(separator: " ")[0]
        #expect(known.contains(entry.hasSuffix(" function") ? entry : String(name)), "\(level): \(entry)")
      }
      #expect(real.count == known.count, "\(level): \(known.subtracting(real).count)")
    }
  }

  @Test("The calls that Lua's functions take are those of the table")
  func arities() async throws {
    let vm = try LuaVM()
    let allowed: Set<String> = [
      "coroutine.yield", "os.exit", "error", "require", "collectgarbage", "coroutine.close", "string.char", "dofile",
      "string.gsub", "load", "coroutine.resume", "coroutine.status",
    ]
    for (library, members) in StandardLibrary.standard.members {
      for (name, member) in members {
        guard let function = member.function, member.grant.isGiven(.trusted(allowing: [])) else { continue }
        let path = library.isEmpty ? name : "\(library).\(name)"
        if allowed.contains(path) { continue }
        // One argument too few raises.
        guard function.required > 0 else { continue }
        let values = function.parameters.prefix(function.required - 1).map { parameter -> String in
          parameter.kinds == .all
            ? "1" : parameter.kinds.contains(.table) ? "{}" : parameter.kinds.contains(.function) ? "print" : "1"
        }
        let text = "local ok, e = pcall(\(path)\(values.map { ", " + $0 }.joined())) return ok, tostring(e)"
        let answer = try await vm.run(Array(text.utf8), name: "arity")
        #expect(answer.first == .boolean(false), "\(path) takes fewer than \(function.required) arguments")
      }
    }
    await vm.close()
  }

  @Test(
    "Functions that assign globals are told unless the file declares them",
    arguments: [
      ("local function f() x = 1 end f() print(x)", ["1:20 global-in-function"]),
      ("x = 0 local function f() x = 1 end f() print(x)", []),
      ("local function f() function g() end end f() g()", ["1:29 global-in-function"]),
      ("local count = 0 for i = 1, 3 do cuont = count + i end print(count)", ["1:33 misspelt-global"]),
    ])
  func globals(script: (text: String, expected: [String])) {
    #expect(Shop.check(script.text) == script.expected, "\(script.text)")
  }

  @Test(
    "What is never used is told",
    arguments: [
      ("local x = 1", ["1:7 unused-local"]), ("local _x = 1", []), ("local x <close> = nil", []),
      ("local x = 1 x = 2", ["1:7 unused-local"]), ("local x = 1 local function f() return x end f()", []),
      ("local function f() end", ["1:16 unused-local"]), ("for i = 1, 2 do end", ["1:5 unused-loop-variable"]),
      ("for _ = 1, 2 do end", []), ("for k, v in pairs({}) do print(v) end", ["1:5 unused-loop-variable"]),
      ("local function f(a) end f(1)", []), ("::a:: print(1)", ["1:3 unused-label"]), ("::a:: goto a", []),
      ("local t = {} t.x = 1", []), ("local x = 1 x = x + 1", []), ("function f(self) end f()", []),
    ])
  func unused(script: (text: String, expected: [String])) {
    #expect(Shop.check(script.text) == script.expected, "\(script.text)")
  }

  @Test("Rules that are off are found when they are asked for")
  func optional() {
    #expect(Shop.check("local function f(a) end f(1)", also: ["unused-parameter"]) == ["1:18 unused-parameter"])
    let text = "local x = 1 do local x = 2 print(x) end print(x)"
    #expect(Shop.check(text) == [])
    #expect(Shop.check(text, also: ["shadowing"]) == ["1:22 shadowing"])
  }

  @Test("Modules are looked for, and what they give is known")
  func modules() {
    #expect(Shop.check("require 'shopp'") == ["1:9 unknown-module"])
    #expect(Shop.check("print(pcall(require, 'shopp'))") == [])
    let names = "local M = {}\nfunction M.format(x) return x end\nlocal function f() y = 1 end\nf()\nreturn M"
    #expect(Shop.check("local n = require 'names' print(n.format(1), y)", files: ["names": names]) == [])
    #expect(
      Shop.check("local n = require 'names' print(n.fomat(1))", files: ["names": names]) == ["1:35 unknown-field"])
    // Of modules only what would end the run.
    #expect(
      Shop.check("require 'broken'", files: ["broken": "local x = 1\nreturn = 1"]) == ["2:8 syntax-error broken.lua"])
    #expect(
      Shop.check("require 'broken'", files: ["broken": "local x\nprint(z)"]) == ["2:7 undefined-global broken.lua"])
    #expect(
      Shop.check(
        "local c = require 'c' c.x = 1 print(c.get())",
        files: ["c": "local M = {}\nfunction M.get() return M.x end\nreturn M"])
        == [])
    #expect(Shop.check("require 'a'", files: ["a": "require 'b'", "b": "require 'a'"]) == [])
    #expect(Shop.check("local s = require 'string' print(s.fromat)") == ["1:36 unknown-member"])
  }
}
