import Foundation
import LuaHost
import Testing

@testable import PluginHost

@Suite("Sources, commands and reloading")
struct SourceTests {
  private func run(_ host: PluginHost, _ script: String) async throws -> [LuaValue] {
    try await LuaVMForTests.make(host).run(Array(script.utf8), name: "script.lua")
  }

  @Test("A source may give a list, a function, or what a generic for takes")
  func forms() async throws {
    try await withBench { bench in
      try bench.plugin(
        "maker",
        """
        local M = { sources = {} }
        function M.sources.list(options) return { { name = options.prefix .. "1" }, { name = options.prefix .. "2" } } end
        function M.sources.closure() local i = 0 return function() i = i + 1 if i <= 3 then return i end end end
        function M.sources.triple() return ipairs { "a", "b" } end
        function M.sources.waiting() return coroutine.wrap(function() for i = 1, 2 do require "task".sleep(0.001) coroutine.yield(i) end end) end
        function M.sources.nothing() end
        function M.sources.broken() return function() error "broken" end end
        return M
        """, manifest: "sources: [list, closure, triple, waiting, nothing, broken]")
      let host = try await bench.host("plugins: [maker]")
      let values = try await run(
        host,
        """
        local plugin, task = require "plugin", require "task"
        local out = {}
        for item in plugin.maker.list { prefix = "x" } do out[#out + 1] = item.name end
        for n in require "plugin.maker".closure() do out[#out + 1] = n end
        for i, v in plugin.maker.triple() do out[#out + 1] = i .. v end
        for n in plugin.maker.waiting() do out[#out + 1] = n end
        for _, f in ipairs { plugin.maker.nothing, function() for _ in plugin.maker.broken() do end end } do
          local ok, err = pcall(f)
          out[#out + 1] = tostring(ok) .. err.kind .. err.message
        end
        local ok, err = pcall(plugin.maker.list, { f = print })
        out[#out + 1] = err.message
        out[#out + 1] = tostring(pcall(function() return plugin.nobody end))
        return table.concat(out, "|")
        """)
      let text = values.first?.stringValue ?? ""
      #expect(text.hasPrefix("x1|x2|1|2|3|1a|2b|1|2|falseplugin"), "\(text)")
      #expect(
        text.contains("returned nothing") && text.contains("maker/main.lua:7: broken")
          && text.contains(".f is a function"))
      #expect(text.hasSuffix("|false"))
      await host.finish()
    }
  }

  @Test("A command gets its words and gives its status")
  func commands() async throws {
    try await withBench { bench in
      try bench.plugin(
        "tool",
        "return { commands = { show = function(args) print(#args, args[1]) return #args end, bad = function() return 'x' end } }",
        manifest: "commands: { show: Shows. , bad: }")
      let host = try await bench.host("plugins: [tool]")
      #expect(try await host.run("show", of: "tool", ["a", "b"], limit: .seconds(5)) == 2)
      #expect(bench.printed.withLock { $0 } == "tool: 2\ta\n")
      await #expect(throws: (any Error).self) { try await host.run("bad", of: "tool", [], limit: .seconds(5)) }
      await #expect(throws: (any Error).self) { try await host.run("none", of: "tool", [], limit: .seconds(5)) }
      await host.finish()
    }
  }

  @Test("What a plugin returns must be what its manifest declares")
  func declarations() async throws {
    try await withBench { bench in
      try bench.plugin(
        "odd",
        "return { on_validte = function() end, on_failed = 5, on_progress = function() end, sources = { a = 1, b = function() end } }",
        manifest: "hooks: [on_succeeded, on_failed]\nsources: [c]")
      let text = await bench.problems("plugins: [odd]").map(\.description).joined(separator: "\n")
      for words in [
        "no hook 'on_validte'", "did you mean 'on_validate'?", "'on_failed' is integer, expected a function",
        "'on_progress', which its manifest does not declare",
        "declares the hook 'on_succeeded'", "the source 'a' is integer",
        "the source 'b', which its manifest does not declare", "declares the source 'c'",
      ] { #expect(text.contains(words), "\(words) in:\n\(text)") }
      for (main, words) in [
        ("return 5", "returned integer"), ("x x", "main.lua:1"), ("error 'no'", "main.lua:1: no"),
        ("while true do end", "limit"), ("return", "returned nil"),
      ] {
        try bench.plugin("broken", main)
        let problems = await bench.problems("plugins: { broken: { limits: { cpu: 100ms } } }")
        #expect(problems.count == 1 && problems[0].message.contains(words), "\(main): \(problems)")
      }
    }
  }

  @Test("Reloading exchanges all plugins or none, after the calls under way, and tells the old ones")
  func reload() async throws {
    try await withBench { bench in
      func version(_ text: String) -> String {
        """
        return {
          on_request = function(image) require "task".sleep(0.05) image.description = "\(text)" end,
          on_unload = function() print("unload \(text)") end,
        }
        """
      }
      try bench.plugin("x", version("one"), manifest: "hooks: [on_request]")
      let host = try await bench.host("plugins: [x]")
      async let before = host.prepare(soundRequest)
      try await Task.sleep(for: .milliseconds(10))
      try bench.plugin("x", version("two"), manifest: "hooks: [on_request]")
      try await host.reload()
      #expect(try await before.description == "one")
      #expect(bench.printed.withLock { $0 } == "x: unload one\n")
      #expect(try await host.prepare(soundRequest).description == "two")
      try bench.plugin("x", "return {", manifest: "hooks: [on_request]")
      let failure = await #expect(throws: PluginFailure.self) { try await host.reload() }
      #expect(failure?.problems.first?.message.contains("main.lua:1") == true)
      #expect(try await host.prepare(soundRequest).description == "two")
      await host.finish()
      #expect(bench.printed.withLock { $0 }.hasSuffix("x: unload two\n"))
    }
  }

  @Test("The scaffold is a plugin that loads")
  func scaffold() async throws {
    try await withBench { bench in
      for file in PluginScaffold.files("fresh") { try bench.write("plugins/fresh/\(file.path)", file.text) }
      let host = try await bench.host("plugins: [fresh]")
      #expect(try await host.report().errors.map(\.message) == ["the image has no tag 'owner'"])
      var tagged = soundRequest
      tagged.imageTags = [.init(key: "owner", value: "web")]
      #expect(try await host.report(tagged).isValid)
      await host.finish()
    }
  }
}
