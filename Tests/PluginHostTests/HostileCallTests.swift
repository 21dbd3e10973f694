import Foundation
import ImageImport
import Synchronization
import TestSupport
import Testing

@testable import PluginHost

@Suite("Hostile plugins and limits")
struct HostileCallTests {
  private static let limits = "limits: { time: 3s, cpu: 300ms, memory: 8MB, output: 20KB }"

  @Test(
    "Whatever a policy does to get out of its limits, the import is refused, the plugin ends, and others go on",
    .timeLimit(.minutes(1)),
    arguments: [
      // Errors that act when they are shown.
      "error(setmetatable({}, { __tostring = function() while true do end end }))",
      "error(setmetatable({}, { __tostring = function() return ('x'):rep(1 << 22) end }))",
      "error(setmetatable({}, { __tostring = function() error 'again' end }))",
      "error(setmetatable({}, { __tostring = function() return {} end }))",
      "error(setmetatable({}, { __name = 'other: \\27[2J\\n' }))",
      "error(setmetatable({}, { __index = function() while true do end end }))",
      "error()", "error(nil)", "error(print)", "error(coroutine.create(print))",
      "local t = {} for _ = 1, 10000 do t = { t } end error(t)", "local t = {} t.t = t error(t)",
      // Values that are hard to take.
      "local t = {} for _ = 1, 10000 do t = { t } end return t",
      "return setmetatable({}, { __index = function() while true do end end, __pairs = function() while true do end end })",
      // Coroutines and tasks.
      "local function f() coroutine.wrap(f)() end f()",
      "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
      "coroutine.wrap(function() while true do coroutine.yield() end end)() while true do end",
      "while true do pcall(coroutine.wrap(function() error 'x' end)) end",
      "local task = require 'task' while true do task.spawn(function() task.sleep(1000) end) end",
      "local task = require 'task' local function f() task.spawn(f) task.spawn(f) task.sleep(0) end f() task.sleep(1000)",
      "local task = require 'task' task.spawn(function() while true do end end) task.sleep(1000)",
      "coroutine.yield('nobody is there')",
      // Memory and time.
      "local s = 'x' while true do s = s .. s end", "return ('x'):rep(1 << 40)", "return ('%99d'):rep(1 << 30)",
      "local t = {} for i = 1, 1 << 40 do t[i] = i end",
      "return table.concat(setmetatable({}, { __len = function() return 1 << 60 end }))",
      "return ('a'):rep(5000):find(('.-'):rep(20) .. 'b')",
      "table.sort({ 3, 2, 1, 4, 5 }, function() while true do end end)",
      "return select(-1, table.unpack({}, 1, 1 << 22))", "while true do pcall(error) end",
      "while true do xpcall(error, function() while true do end end) end",
      "local function f() return f() end f()", "local function f() f() end f()",
      "local s = ('x'):rep(1 << 20) return (s:gsub('x', s))",
      "setmetatable({}, { __gc = function() while true do end end }) while true do collectgarbage() end",
      "local x <close> = setmetatable({}, { __close = function() while true do end end }) error 'x'",
      "for _ in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end",
      // What it shares with nobody.
      "string.format = nil ('x').rep = nil error(tostring(nil .. ''))", "_G.print = nil error = nil nope()",
      "getmetatable('').__index = nil error 'x'", "getmetatable('').__index.rep = function() end error 'x'",
    ])
  func escapes(body: String) async throws {
    try await withBench { bench in
      try bench.plugin(
        "evil", "return { before_submit = function() \(body) end }",
        manifest: "hooks: { before_submit: { priority: 10 } }")
      try bench.plugin(
        "sane", "return { on_validate = function(i, r) r:warn('name', ('seen '):rep(2) .. tostring(#i.name)) end }",
        manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [{ name: evil, \(Self.limits) }, sane]")
      let error = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
      let message = error?.message ?? ""
      #expect(message.contains("the plugin 'evil' failed in before_submit"), "\(message)")
      #expect(message.count < 900 && Self.isOneLine(message), "\(message)")
      #expect(try await host.report().warnings.map(\.message) == ["seen seen 6"])
      await host.finish()
    }
  }

  private static func isOneLine(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0.value != 0x202E }
  }

  @Test("What a hook leaves running is no way round its limits", .timeLimit(.minutes(1)))
  func leftovers() async throws {
    try await withBench { bench in
      try bench.plugin(
        "evil",
        """
        local task = require "task"
        return {
          on_validate = function() task.spawn(function() while true do end end) end,
          before_submit = function() task.spawn(function() while true do task.sleep(0.001) end end) end,
        }
        """, manifest: "hooks: [on_validate, before_submit]")
      let host = try await bench.host("plugins: [{ name: evil, \(Self.limits) }]")
      for _ in 0..<3 {
        _ = try? await host.report()
        _ = try? await host.beforeSubmit(soundRequest)
      }
      await host.finish()
    }
  }

  @Test(
    "on_unload that spins or fails is ended and told, and all plugins are unloaded side by side",
    .timeLimit(.minutes(1)))
  func unloading() async throws {
    try await withBench { bench in
      for name in ["spin", "wait", "fail"] {
        let body =
          ["spin": "while true do end", "wait": "require 'task'.sleep(1000)", "fail": "error 'no \\27[1m'"][name] ?? ""
        try bench.plugin(name, "return { on_unload = function() \(body) end }")
      }
      let host = try await bench.host(
        "plugins: [fail, { name: spin, limits: { cpu: 200ms } }, { name: wait, limits: { time: 1s } }]")
      let watch = ContinuousClock.now
      await host.finish()
      #expect(watch.duration(to: .now) < .seconds(30))
      let told = bench.told.sorted()
      #expect(told.count == 3 && told.allSatisfy(Self.isOneLine), "\(told)")
      #expect(told.first == #"fail failed in on_unload: fail/main.lua:1: no \u{1b}[1m"#)
    }
  }

  @Test("A plugin cannot speak as another: control characters and line breaks in what it says are made harmless")
  func imitation() async throws {
    let evil = #"fine\nwarning: plugin sane: all is well\27[2K\r\u{202E}\u{85}\0"#
    try await withBench { bench in
      try bench.plugin(
        "evil",
        """
        local text = "\(evil)"
        return {
          on_validate = function(image, report)
            report:refuse(text, text, text)
            report:warn("name", ("e\\u{301}"):rep(1000), ("\\u{301}"):rep(100000))
          end,
          before_submit = function() return false, text end,
          on_request = function(image) if image.name == "raise" then error(text) end end,
          on_run_finished = function() error(text) end,
        }
        """, manifest: "hooks: [on_request, on_validate, before_submit, on_run_finished]")
      let host = try await bench.host("plugins: [evil]")
      let report = try await host.report()
      #expect(report.findings.count == 2)
      for finding in report.findings {
        #expect(finding.name == "plugin:evil")
        for text in [finding.field, finding.message, finding.hint ?? ""] {
          #expect(Self.isOneLine(text) && text.unicodeScalars.count <= 501, "\(text.prefix(80))")
        }
      }
      let refused = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
      #expect(refused.map { Self.isOneLine($0.message) } == true)
      let request = ImportRequest(
        kind: .data, fields: ["name": "raise", "image_url": "ims-image:data01.zvhd2", "min_disk": 20])
      let raised = await #expect(throws: ImportError.self) { _ = try await host.prepare(request) }
      #expect(raised.map { Self.isOneLine($0.message) } == true)
      await host.finish()
      #expect(bench.told.count == 1 && bench.told.allSatisfy(Self.isOneLine), "\(bench.told)")
    }
  }

  @Test("Findings without end are cut, and those that refuse are kept", .timeLimit(.minutes(1)))
  func findings() async throws {
    try await withBench { bench in
      try bench.plugin(
        "many",
        """
        return { on_validate = function(image, report)
          for i = 1, 5000 do report:warn("name", ("w"):rep(600)) end
          report:refuse("name", "kept")
        end }
        """, manifest: "hooks: [on_validate]")
      try bench.plugin(
        "deep",
        "return { on_validate = function() local t = {} for i = 1, 300 do t = { message = 'x', t } end return { t } end }",
        manifest: "hooks: [on_validate]")
      try bench.plugin(
        "huge",
        "return { on_validate = function() local t = {} for i = 1, 300000 do t[i] = { message = 'x' } end return t end }",
        manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [many, deep, huge]")
      let report = try await host.report()
      let many = report.findings.filter { $0.name == "plugin:many" }
      #expect(many.count == 101 && many.filter { $0.severity == .error }.map(\.message) == ["kept"])
      for name in ["deep", "huge"] {
        let found = report.findings.filter { $0.name == "plugin:\(name)" }
        #expect(
          found.count == 1 && found[0].severity == .error && found[0].message.contains("failed in on_validate"),
          "\(name): \(found.prefix(2))")
      }
      await host.finish()
    }
  }

  @Test(
    "No more than eight requests of a plugin are under way, and their answers have room for 64 MB together",
    .timeLimit(.minutes(1)))
  func requests() async throws {
    let now = Mutex(0)
    let most = Mutex(0)
    let server = try TinyServer { request in
      // Who gives up is not waited for here either.
      if request.line.contains("/given-up") { return TinyServer.answer("200 OK", body: "x") }
      let count = now.withLock { now in
        now += 1
        return now
      }
      most.withLock { $0 = max($0, count) }
      Thread.sleep(forTimeInterval: 0.02)
      now.withLock { $0 -= 1 }
      return TinyServer.answer("200 OK", body: "x")
    }
    defer { server.stop() }
    for (body, limit) in [("{}", 8), ("{ max_body = '30MB' }", 2), ("{ max_body = '64MB' }", 1)] {
      most.withLock { $0 = 0 }
      try await withBench { bench in
        try bench.plugin(
          "greedy",
          """
          local http, task = require "http", require "task"
          return { before_submit = function()
            local numbers = {}
            for i = 1, 40 do numbers[i] = i end
            task.map(numbers, { concurrency = 40 }, function() assert(http.get("http://127.0.0.1:\(server.port)/", \(body)).ok) end)
            -- What is given up while it waits leaves no place taken.
            for i = 1, 20 do pcall(task.timeout, 0.001, function() http.get("http://127.0.0.1:\(server.port)/given-up", \(body)) end) end
            assert(http.get("http://127.0.0.1:\(server.port)/", \(body)).ok)
          end }
          """, manifest: "hooks: [before_submit]\ncapabilities: ['net:127.0.0.1:\(server.port)']")
        let host = try await bench.host("plugins: [{ name: greedy, grant: ['net:127.0.0.1:\(server.port)'] }]")
        try await host.beforeSubmit(soundRequest)
        await host.finish()
      }
      #expect(most.withLock { $0 } <= limit, "\(body)")
    }
  }
}
