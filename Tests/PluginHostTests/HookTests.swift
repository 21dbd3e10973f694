import CloudAccess
import Foundation
import ImageImport
import LuaHost
import Testing

@testable import PluginHost

@Suite("Hooks")
struct HookTests {
  @Test("Hooks come by priority, then by name")
  func order() async throws {
    try await withBench { bench in
      let lua = """
        local plugin = require "plugin"
        return { on_request = function(image) image.description = (image.description or "") .. plugin.name .. " " end }
        """
      try bench.plugin("first", lua, manifest: "hooks: { on_request: 1 }")
      try bench.plugin("alpha", lua, manifest: "hooks: [on_request]")
      try bench.plugin("beta", lua, manifest: "hooks: { on_request: { priority: 50 } }")
      try bench.plugin("last", lua, manifest: "hooks: { on_request: 90 }")
      let host = try await bench.host("plugins: [last, beta, alpha, first]")
      #expect(try await host.prepare(soundRequest).description == "first alpha beta last ")
      await host.finish()
    }
  }

  @Test("A changed request is validated as a whole")
  func changed() async throws {
    try await withBench { bench in
      try bench.plugin(
        "renamer",
        "return { on_request = function(image) return { name = 'a#b', min_disk = image.min_disk, type = 'DataImage' } end }",
        manifest: "hooks: [on_request]")
      let host = try await bench.host("plugins: [renamer]")
      let report = try await host.report()
      #expect(Set(report.errors.map(\.field)) == ["name", "image_url"])
      await host.finish()
    }
  }

  @Test("Findings carry the plugin's name, and both ways of giving them count")
  func findings() async throws {
    try await withBench { bench in
      try bench.plugin(
        "policy",
        """
        local plugin = require "plugin"
        return { on_validate = function(image, report)
          assert(report.ok and #report.errors == 0)
          if not plugin.tags(image).team then report:refuse("image_tags", "no team", "add a team") end
          report:warn("name", "odd")
          return { { field = "min_disk", message = "small", severity = "warning", hint = "more" } }
        end }
        """, manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [policy]")
      let report = try await host.report()
      #expect(report.errors.map(\.message) == ["no team"])
      #expect(report.warnings.map(\.message) == ["odd", "small"])
      #expect(Set(report.findings.map(\.name)) == ["plugin:policy"])
      var tagged = soundRequest
      tagged.tags = ["team.web"]
      #expect(try await host.report(tagged).isValid)
      tagged.tags = nil
      tagged.imageTags = [ImageTag(key: "team", value: "web")]
      #expect(try await host.report(tagged).isValid)
      await host.finish()
    }
  }

  @Test(
    "before_submit refuses with a reason, and whatever is not clear consent refuses too",
    arguments: [
      ("return true", nil), ("return", nil), ("return nil", nil), ("return false, 'closed'", "closed"),
      ("return false", "gave no reason"),
      ("return nil, 'no budget'", "no budget"), ("error('broken')", "broken"), ("return 'yes'", "returned string"),
      ("return 1", "returned integer"),
      ("return {}", "returned table"), ("local x = nil; return x.y", "attempt to index"),
      ("while true do end", "limit"),
      ("local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end", "memory"),
      ("require 'task'.sleep '1h'", "longer than 0.3 s"),
      ("while true do require 'task'.sleep(0.001) end", "longer than 0.3 s"),
      ("coroutine.wrap(function() error { kind = 'x' } end)()", "failed in before_submit"),
      ("local function f() return f() + 1 end f()", "failed in before_submit"),
    ] as [(String, String?)])
  func beforeSubmit(body: String, expected: String?) async throws {
    try await withBench { bench in
      try bench.plugin(
        "gate", "return { before_submit = function(image) \(body) end }", manifest: "hooks: [before_submit]")
      let host = try await bench.host("plugins: { gate: { limits: { time: 300ms, cpu: 100ms, memory: 4MB } } }")
      if let expected {
        let error = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
        #expect(error?.kind == .preflight)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("'gate'") == true)
        #expect(error?.message.contains("'data01'") == true)
      } else {
        try await host.beforeSubmit(soundRequest)
      }
      await host.finish()
    }
  }

  @Test(
    "A policy that fails in on_validate or on_request refuses the import",
    arguments: [
      "error 'broken'", "return 5", "return { { severity = 'fatal', message = 'x' } }", "return { 'x' }",
      "return { { field = 'x' } }",
      "return { a = 1 }", "while true do end", "report:add 'x'", "report.add(nil, nil) report:add(7)",
    ])
  func policiesFailClosed(body: String) async throws {
    try await withBench { bench in
      try bench.plugin(
        "policy", "return { on_validate = function(image, report) \(body) end }", manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: { policy: { limits: { cpu: 100ms } } }")
      let report = try await host.report()
      #expect(!report.isValid, "\(body)")
      #expect(report.findings.allSatisfy { $0.name == "plugin:policy" })
      await host.finish()
    }
  }

  @Test(
    "on_request may not hand over what is no request",
    arguments: [
      "return 5", "return 'x'", "image.f = function() end", "image.self = image", "image[1] = 'x'", "image.n = 0/0",
      "return setmetatable({}, { __index = image }), error 'x'", "image.big = ('x'):rep(70000000)",
      "local t = image for i = 1, 100 do t.t = {} t = t.t end",
      "for i = 1, 300000 do image['f' .. i] = i end",
    ])
  func requests(body: String) async throws {
    try await withBench { bench in
      try bench.plugin("editor", "return { on_request = function(image) \(body) end }", manifest: "hooks: [on_request]")
      let host = try await bench.host("plugins: [editor]")
      let error = await #expect(throws: ImportError.self) { try await host.prepare(soundRequest) }
      #expect(error?.message.contains("'editor'") == true)
      #expect((error?.message.count ?? 0) < 1000)
      await host.finish()
    }
  }

  @Test("Ten thousand findings become a hundred, and none that refuses is lost")
  func tooMany() async throws {
    try await withBench { bench in
      try bench.plugin(
        "flood",
        """
        return { on_validate = function(image, report)
          for i = 1, 10000 do report:warn("name", ("w"):rep(5000)) end
          report:refuse("name", "no")
        end }
        """, manifest: "hooks: [on_validate]")
      let host = try await bench.host("plugins: [flood]")
      let report = try await host.report()
      #expect(report.findings.count == FindingReader.limit + 1)
      #expect(report.errors.map(\.message) == ["no"])
      #expect(report.findings.last?.message.contains("9901 more") == true)
      #expect(report.findings.allSatisfy { $0.message.count <= 500 })
      await host.finish()
    }
  }

  @Test("Cancelling an import ends its hook")
  func cancelled() async throws {
    try await withBench { bench in
      try bench.plugin(
        "slow", "return { before_submit = function() require 'task'.sleep '1h' end }",
        manifest: "hooks: [before_submit]")
      let host = try await bench.host("plugins: [slow]")
      let work = Task { try await host.beforeSubmit(soundRequest) }
      work.cancel()
      let error = await #expect(throws: ImportError.self) { try await work.value }
      #expect(error?.kind == .cancelled)
      await host.finish()
    }
  }

  @Test("Plugins see the request only, not each other")
  func apart() async throws {
    try await withBench { bench in
      try bench.plugin(
        "thief",
        """
        string.rep = function() error "stolen" end
        shared = "mine"
        getmetatable("").__index = nil
        return { on_validate = function() end }
        """, manifest: "hooks: { on_validate: 1 }")
      try bench.plugin(
        "victim",
        """
        return { on_validate = function(image, report)
          assert(shared == nil)
          assert(("x"):rep(3) == "xxx")
          assert(not pcall(require, "plugin.thief"))
          report:warn("name", "fine")
        end }
        """, manifest: "hooks: [on_validate]")
      let problems = await bench.problems("plugins: [thief, victim]")
      #expect(problems.count == 1 && problems[0].message.contains("thief"))
      try bench.plugin(
        "thief", "string.rep = nil shared = 1 return { on_validate = function() end }",
        manifest: "hooks: { on_validate: 1 }")
      let host = try await bench.host("plugins: [thief, victim]")
      #expect(try await host.report().warnings.map(\.message) == ["fine"])
      await host.finish()
    }
  }
}
