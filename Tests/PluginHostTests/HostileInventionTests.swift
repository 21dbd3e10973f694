import Foundation
import ImageImport
import Testing

@testable import PluginHost

@Suite("Hostile plugins of other kinds", .timeLimit(.minutes(1)))
struct HostileInventionTests {
  /// Runs Lua in a policy; what refuses the import comes back.
  private func policy(_ bench: PluginBench, _ body: String, main: String? = nil, limits: String = "") async throws
    -> String?
  {
    try bench.plugin(
      "evil", main ?? "return { before_submit = function() \(body) end }", manifest: "hooks: [before_submit]")
    let host = try await bench.host("plugins: [{ name: evil\(limits) }]")
    var message: String?
    do {
      try await host.beforeSubmit(soundRequest)
    } catch {
      message = (error as? ImportError)?.message ?? "\(error)"
    }
    await host.finish(within: .seconds(2))
    return message
  }

  @Test("A directory of modules that is a link refuses the plugin, wherever it leads")
  func linkedDirectory() async throws {
    try await withBench { bench in
      try bench.plugin(
        "evil", "return { on_validate = function() return require 'lib.x' end }", manifest: "hooks: [on_validate]")
      try bench.write("other/x.lua", "return 'from outside'")
      for target in [bench.path("other"), "/", ".", "../../other", bench.path("none")] {
        try? FileManager.default.removeItem(atPath: bench.path("plugins/evil/lib"))
        try FileManager.default.createSymbolicLink(atPath: bench.path("plugins/evil/lib"), withDestinationPath: target)
        let problems = await bench.problems("plugins: [evil]")
        #expect(
          problems.contains { $0.message.contains("has a link, which may lead anywhere") }, "\(target): \(problems)")
      }
    }
  }

  @Test("A module that comes after the plugin was read is not there, and one that is taken away still is")
  func changedAfterwards() async throws {
    try await withBench { bench in
      try bench.plugin(
        "evil",
        """
        return { before_submit = function()
          local late, why = pcall(require, "late")
          return false, tostring(late) .. " " .. require "early"
        end }
        """, manifest: "hooks: [before_submit]")
      try bench.write("plugins/evil/early.lua", "return 'as it was'")
      let host = try await bench.host("plugins: [evil]")
      try bench.write("plugins/evil/late.lua", "return 'new'")
      try bench.write("plugins/evil/early.lua", "return 'other'")
      let error = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
      #expect(error?.message.hasSuffix("false as it was") == true, "\(error?.message ?? "")")
      await host.finish()
    }
  }

  @Test(
    "Bytecode, dumps and the debug library are no way out",
    arguments: [
      "assert(load('\\27Lua'))()", "load(string.dump(function() return 1 end))()",
      "load(function() return '\\27LuaS' end, 'x', 'b')()", "return debug.getregistry()",
      "return require 'debug'.getupvalue(print, 1)", "return package.loadlib('libc.so.6', 'system')",
      "dofile '/etc/passwd'", "loadfile '/etc/passwd' ()", "return io.popen 'id'", "os.execute 'true'",
      "require('plugin').config.x.y()", "return getmetatable(require 'plugin').__index.x.y",
    ])
  func bytecode(_ body: String) async throws {
    try await withBench { bench in
      let message = try await policy(bench, body)
      #expect(message?.contains("evil") == true, "\(message ?? "nothing was raised")")
      #expect(message?.contains("root:") == false)
    }
  }

  @Test("Metatables of strings, modules and handles are a plugin's own: what it does to them reaches nobody else")
  func metatables() async throws {
    try await withBench { bench in
      try bench.plugin(
        "a_evil",
        """
        pcall(function() getmetatable("").__index = function() return function() return "stolen" end end end)
        pcall(function() string.upper = function() return "stolen" end end)
        pcall(function() table.concat = nil end)
        pcall(function() require("json").encode = function() return "stolen" end end)
        pcall(function() getmetatable(require("json").null).__name = "stolen" end)
        pcall(function() require("plugin").tags = nil end)
        _G.shared = "stolen"
        return { on_validate = function() error "always" end }
        """, manifest: "hooks: [on_validate]")
      try bench.plugin(
        "b_good",
        """
        return { on_validate = function(image, report)
          local json = require "json"
          report:warn("name", table.concat({ ("ok"):upper(), json.encode { a = json.null }, tostring(shared),
            type(require("plugin").tags) }, " "))
        end }
        """, manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [a_evil, b_good]")
      let report = try await host.report()
      #expect(report.warnings.contains { $0.message == "OK {\"a\":null} nil function" }, "\(report.findings)")
      #expect(report.errors.contains { $0.name == "plugin:a_evil" })
      await host.finish()
    }
  }

  @Test(
    "Capabilities with patterns, look-alikes and line breaks are refused, whoever writes them",
    arguments: [
      "net:ex*mple.com", "net:*example.com", "net:example.*", "net:ex\u{430}mple.com", "net:example.com\\nims.delete",
      "env:", "fs.write:", "fs.read:/etc\\u0000", "obs.read:**", "ims.*", "ims.delete ", "IMS.DELETE", "*",
      "net:example.com:0", "net:example.com:-1", "net:user@example.com", "fs.read:/etc/*.conf",
    ])
  func capabilities(_ text: String) async throws {
    try await withBench { bench in
      try bench.plugin("evil", "return {}", manifest: "capabilities: [\"\(text)\"]")
      let asked = await bench.problems("plugins: [evil]")
      #expect(!asked.isEmpty, "\(text) was taken as a request")
      try bench.plugin("evil", "return {}")
      let granted = await bench.problems("plugins: [{ name: evil, grant: [\"\(text)\"] }]")
      #expect(!granted.isEmpty, "\(text) was taken as a grant")
    }
  }

  @Test("Thousands of files, a manifest of 50 MB and deep directories are refused before anything is made of them")
  func large() async throws {
    try await withBench { bench in
      try bench.plugin("crowd", "return {}")
      for index in 0..<2500 {
        _ = FileManager.default.createFile(atPath: bench.path("plugins/crowd/f\(index).txt"), contents: nil)
      }
      try bench.plugin("deep", "return {}")
      try bench.write("plugins/deep/" + String(repeating: "d/", count: 30) + "x.lua", "return 1")
      try bench.plugin("heavy", "return {}")
      let manifest = try FileHandle(forWritingTo: URL(filePath: bench.path("plugins/heavy/plugin.yaml")))
      try manifest.truncate(atOffset: 50 << 20)
      try manifest.close()
      try bench.plugin("long", "return {}", manifest: "description: " + String(repeating: "x", count: 1 << 20))
      for (name, message) in [
        ("crowd", "more than 2000 files"), ("deep", "more than 12 levels deep"), ("heavy", "larger than 32 MB"),
        ("long", "longer than 256 KB"),
      ] {
        let problems = await bench.problems("plugins: [\(name)]")
        #expect(problems.contains { $0.message.contains(message) }, "\(name): \(problems.map(\.message))")
      }
    }
  }

  @Test(
    "Names with separators, dots and line breaks are refused in every place of a manifest",
    arguments: [
      "main: ../../etc/passwd", "main: /etc/passwd", "main: a\\b.lua", "sources: { '../x': y }",
      "commands: { 'a/b': c }", "sources: { \"a\\nb\": c }", "config: { '../x': string }", "hooks: ['../on_validate']",
    ])
  func names(_ line: String) async throws {
    try await withBench { bench in
      try bench.plugin("evil", "return {}", manifest: line)
      #expect(!(await bench.problems("plugins: [evil]")).isEmpty)
    }
  }

  @Test("A hook that never returns ends by its limit while those of others go on, and a plugin that is gone stays gone")
  func neverReturns() async throws {
    try await withBench { bench in
      try bench.plugin(
        "a_evil",
        """
        local task = require "task"
        return {
          on_validate = function() while true do pcall(task.sleep, 1e6) end end,
          on_unload = function() while true do pcall(task.sleep, 1e6) end end,
        }
        """, manifest: "hooks: [on_validate]")
      try bench.plugin(
        "b_good", "return { on_validate = function(image, report) report:warn('name', 'seen ' .. image.name) end }",
        manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [{ name: a_evil, limits: { time: 200ms } }, b_good]")
      let reports = try await withThrowingTaskGroup(of: ValidationReport.self) { group in
        for _ in 0..<8 { group.addTask { try await host.report() } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for report in reports {
        #expect(report.errors.contains { $0.name == "plugin:a_evil" }, "\(report.findings)")
        #expect(report.warnings.contains { $0.message == "seen data01" })
      }
      await host.finish(within: .seconds(2))
      #expect(bench.told.contains { $0.hasPrefix("a_evil ") && $0.contains("on_unload") }, "\(bench.told)")
    }
  }

  @Test(
    "No exit from within a plugin ends anything but its call",
    arguments: ["os.exit(0)", "os.exit(true, true)", "pcall(os.exit, 3) error 'x'"])
  func exits(_ body: String) async throws {
    try await withBench { bench in
      let message = try await policy(bench, body)
      #expect(message?.contains("'evil'") == true, "\(message ?? "the import went on")")
      let failure = await bench.problems("plugins: [{ name: leaver }]") { _ in
        try bench.plugin("leaver", body)
      }
      #expect(failure.contains { $0.message.contains("leaver") }, "\(failure)")
    }
  }

  @Test(
    "Errors of many megabytes, of tables of tables and of any kind become one short line",
    arguments: [
      "error(('x'):rep(8 << 20))", "error({ message = ('x'):rep(8 << 20), kind = ('y'):rep(1 << 20) })",
      "error({ message = { message = { message = 'm' } } })", "error({ hint = ('h'):rep(4 << 20) })",
      "local t = {} for i = 1, 1e5 do t[i] = i end error(t)", "return false, ('r'):rep(8 << 20)",
      "error(setmetatable({}, { __tostring = function() return ('z'):rep(8 << 20) end }))",
      "return false, '\\27]0;owned\\7\\27[2J\\r\\nslipway: all is well'",
    ])
  func hugeErrors(_ body: String) async throws {
    try await withBench { bench in
      let message = try #require(try await policy(bench, body))
      #expect(message.utf8.count < 4096, "\(message.utf8.count) bytes")
      #expect(!message.contains("\u{1B}") && !message.contains("\n") && !message.contains("\r"))
    }
  }

  @Test("A main file that gives tables with tricks, or takes its time, is refused or gives no hooks")
  func tables() async throws {
    try await withBench { bench in
      for main in [
        "return setmetatable({}, { __index = function() while true do end end })",
        "return setmetatable({}, { __pairs = function() return function() return 'on_validate', print end end })",
        "return setmetatable({}, { __metatable = false, __index = function(_, k) return function() return true end end })",
        "while true do end", "return { on_validate = setmetatable({}, { __call = function() end }) }", "return 7",
        "local t = {} t.on_validate = t return t",
      ] {
        try bench.plugin("evil", main, manifest: "hooks: [on_validate]")
        let problems = await bench.problems("plugins: [{ name: evil, limits: { time: 1s, cpu: 200ms } }]")
        #expect(!problems.isEmpty, "\(main)")
      }
    }
  }

  @Test("Texts made to keep a parser busy are refused inside a plugin, and nothing else suffers")
  func parsers() async throws {
    try await withBench { bench in
      let message = try await policy(
        bench, "",
        main: """
          local yaml, json = require "yaml", require "json"
          local function refused(name, f, text)
            local ok, err = pcall(f, text)
            assert(not ok, name .. " was read")
            assert(err.kind == "argument", name .. ": " .. tostring(err))
          end
          return { before_submit = function()
            refused("long scalar", yaml.decode, "a: " .. ("x"):rep(5 << 20))
            refused("flow", yaml.decode, ("["):rep(100000))
            refused("flow maps", yaml.decode, ("{a: "):rep(100000))
            refused("lists", yaml.decode, ("- "):rep(100000) .. "x")
            local laughs = "a0: &a0 [lol, lol]\\n"
            for i = 1, 12 do
              laughs = laughs .. ("a%d: &a%d [%s]\\n"):format(i, i, ("*a" .. i - 1 .. ", "):rep(9))
            end
            refused("laughs", yaml.decode, laughs)
            refused("laughs as a key", yaml.decode, laughs .. "? *a12\\n: 1\\n")
            refused("deep json", json.decode, ("["):rep(100000))
            assert(#yaml.decode("a: &a [1, 2]\\nb: *a\\nc: [*a, '*a', \\"* b\\"]\\nd: |\\n  *x\\n").b == 2)
            return true
          end }
          """)
      #expect(message == nil)
    }
  }
}
