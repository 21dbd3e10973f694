import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import PluginHost

@Suite("Hostile plugins")
struct HostileTests {
  /// Runs Lua inside a plugin's `before_submit`; what it raises comes back as the import's error.
  private func attack(
    _ bench: PluginBench, _ body: String, asks: [String] = [], grants: [String] = [], project: String = ""
  ) async throws -> String? {
    let list = asks.map { "'\($0)'" }.joined(separator: ", ")
    let grant = grants.map { "'\($0)'" }.joined(separator: ", ")
    try bench.plugin(
      "evil", "return { before_submit = function() \(body) end }",
      manifest: "hooks: [before_submit]\ncapabilities: [\(list)]")
    let host = try await bench.host("plugins: [{ name: evil, grant: [\(grant)]\(project) }]")
    defer { Task { await host.finish() } }
    do {
      try await host.beforeSubmit(soundRequest)
      return nil
    } catch {
      return (error as? ImportError)?.message ?? "\(error)"
    }
  }

  @Test(
    "Nothing is reached without a capability, whichever way it is tried",
    arguments: [
      ("require 'fs'.read '/etc/passwd'", "fs.read:/etc"),
      ("for l in require 'fs'.lines '/etc/passwd' do error(l) end", "fs.read:/etc"),
      ("require 'fs'.exists '/etc/shadow'", "fs.read:/etc"), ("require 'fs'.glob '/etc/*'", "fs.read:/etc"),
      ("require 'csv'.rows '/etc/passwd'", "fs.read:/etc"), ("require 'disk'.inspect '/etc/passwd'", "fs.read:/etc"),
      ("require 'fs'.write('/tmp/slipway-evil', 'x')", "fs.write:/tmp"), ("require 'env'.get 'HOME'", "env:HOME"),
      ("require 'env'.require 'PATH'", "env:PATH"),
      ("require 'http'.get 'https://example.com/'", "net:example.com"),
      ("require 'http'.post('http://127.0.0.1:1/', {})", "net:127.0.0.1:1"),
      ("require 'ims'.quota()", "ims.read"), ("require 'ims'.images{}()", "ims.read"),
      ("require 'ims'.data_image { name = 'x', image_url = 'b:k.zvhd2', min_disk = 1 }:submit()", "ims.submit"),
      ("require 'ims'.import(require 'ims'.data_image { name = 'x' })", "ims.submit"),
      ("require 'ims'.job('x'):poll()", "ims.read"),
      ("for o in require 'obs'.list 'images' do error(o.key) end", "obs.read:images"),
      ("require 'obs'.head('images', 'x')", "obs.read:images"),
      ("require 'obs'.exists('images', 'x')", "obs.read:images"),
      ("require 'obs'.bucket 'images'", "obs.read:images"),
      ("require 'obs'.inspect('images', 'x')", "obs.read:images"),
      ("require 'obs'.read('images', 'x')", "obs.read:images"),
      ("require 'obs'.upload('/etc/passwd', 'images', 'x')", "obs.write:images"),
      ("require 'obs'.delete('images', 'x')", "obs.write:images"),
      ("require 'ims'.data_image { name = 'x', image_url = 'b:k.zvhd2', min_disk = 1 }:preflight()", "ims.read"),
      ("coroutine.wrap(function() require 'env'.get 'HOME' end)()", "env:HOME"),
      ("table.sort({ 1, 2 }, function() require 'env'.get 'HOME' end)", "env:HOME"),
      ("('x'):gsub('x', function() require 'env'.get 'HOME' end)", "env:HOME"),
      ("require 'task'.map({ 1 }, function() require 'env'.get 'HOME' end)", "env:HOME"),
      (
        "local t = setmetatable({}, { __index = function(_, k) return require 'env'.get(k) end }) return t.HOME",
        "env:HOME"
      ),
      ("local f = require 'env'.get; require 'task'.spawn(f, 'HOME'):await()", "env:HOME"),
      ("error(select(2, pcall(require 'env'.get, 'HOME')))", "env:HOME"),
    ])
  func denied(body: String, wanted: String) async throws {
    try await withBench(environment: ["HOME": "/secret-home"]) { bench in
      let message = try await attack(bench, body)
      #expect(message?.contains("may not") == true, "\(message ?? "nothing was raised")")
      #expect(message?.contains("secret-home") == false)
      let notices = bench.notices.withLock { $0 }
      #expect(notices.map(\.grant) == [wanted])
      #expect(notices.first?.plugin == "evil" && notices.first?.hint?.contains(wanted) == true)
    }
  }

  @Test(
    "What Lua itself has to reach the machine is not there",
    arguments: [
      "io.open '/etc/passwd'", "os.execute 'id'", "os.getenv 'HOME'", "require 'io'", "require 'os'.getenv 'x'",
      "debug.getregistry()", "load '\\27Lua'()",
      "loadfile '/etc/passwd'()", "dofile '/etc/passwd'", "package.loadlib('libc.so.6', 'system')",
      "require '../../etc/passwd'", "require '/etc/passwd'",
      "require 'history'", "require 'test'", "require 'args'", "require 'disk.x'",
      "require 'task'.shield(function() end)", "os.exit(0)", "collectgarbage 'stop'()",
      "require 'plugin'.file '../plugin.yaml'", "require 'plugin'.file '/etc/passwd'", "string.dump(print)()",
    ])
  func absent(body: String) async throws {
    try await withBench { bench in
      let message = try await attack(bench, body)
      #expect(message != nil)
    }
  }

  @Test("A grant reaches no further than its directory: links, dots and exchanges end outside of it")
  func confinement() async throws {
    try await withBench { bench in
      try bench.write("data/inside.txt", "fine")
      try bench.write("outside.txt", "secret")
      try bench.write("datax/near.txt", "secret")
      let files = FileManager.default
      try files.createSymbolicLink(atPath: bench.path("data/link.txt"), withDestinationPath: bench.path("outside.txt"))
      try files.createSymbolicLink(atPath: bench.path("data/up"), withDestinationPath: bench.directory.path)
      try files.createSymbolicLink(atPath: bench.path("data/good"), withDestinationPath: bench.path("data/inside.txt"))
      try files.createSymbolicLink(atPath: bench.path("data/loop"), withDestinationPath: bench.path("data/loop"))
      try files.createSymbolicLink(atPath: bench.path("data/later"), withDestinationPath: bench.path("made-later.txt"))
      let message = try await attack(
        bench,
        """
        local fs, csv = require "fs", require "csv"
        assert(fs.read "data/inside.txt" == "fine")
        assert(fs.read "data/good" == "fine")
        assert(fs.read "data/../data/./inside.txt" == "fine")
        for _, path in ipairs { "outside.txt", "data/../outside.txt", "data/link.txt", "data/up/outside.txt", "datax/near.txt", "data/up/data/../outside.txt", "/etc/passwd", "data/../../../../../../etc/passwd", "/proc/self/environ", "data/loop", "data/later" } do
          for _, f in ipairs { fs.read, fs.lines, csv.rows, fs.exists } do
            local ok, err = pcall(f, path)
            local isLoop = f == fs.exists and path == "data/loop"
            assert(isLoop and err == false or not ok and (err.kind == "capability" or err.kind == "argument" or err.kind == "not_found"), path .. " " .. tostring(err))
          end
        end
        local seen = fs.glob "data/*"
        assert(#seen == 2 and seen[1] == "data/good" and seen[2] == "data/inside.txt", require "json".encode(seen))
        assert(#fs.glob "data/*/*.txt" == 0)
        assert(not pcall(fs.glob, "data/../*"))
        assert(not pcall(fs.glob, "*/near.txt"))
        fs.write("data/new.txt", "made")
        assert(fs.read "data/new.txt" == "made")
        for _, path in ipairs { "outside.txt", "data/up/x.txt", "data/../x.txt", "/tmp/x", "data", "data/..", "data/nowhere/x" } do
          assert(not pcall(fs.write, path, "x"), path)
        end
        -- A link under the file's own name is replaced, not followed.
        fs.write("data/link.txt", "mine")
        """, asks: ["fs.read:data", "fs.write:data"], grants: ["fs.read:data", "fs.write:data"])
      #expect(message == nil)
      #expect(try String(contentsOfFile: bench.path("outside.txt"), encoding: .utf8) == "secret")
      #expect(!files.fileExists(atPath: bench.path("x.txt")) && !files.fileExists(atPath: bench.path("made-later.txt")))
      #expect(try files.contentsOfDirectory(atPath: bench.path("data")).allSatisfy { !$0.hasPrefix(".") })
    }
  }

  @Test("A file exchanged for a link while it is opened gives nothing away")
  func exchanged() async throws {
    try await withBench { bench in
      try bench.write("data/a", "fine")
      try bench.write("secret", "secret")
      let (link, file, target) = (bench.path("data/a"), bench.path("file"), bench.path("secret"))
      try bench.write("file", "fine")
      let swapper = Task.detached {
        while !Task.isCancelled {
          unlink(link)
          symlink(target, link)
          unlink(link)
          Foundation.link(file, link)
        }
      }
      let message = try await attack(
        bench,
        """
        local fs, count = require "fs", 0
        for i = 1, 1000 do
          local ok, text = pcall(fs.read, "data/a")
          if ok then assert(text == "fine", "leaked") count = count + 1 end
        end
        """, asks: ["fs.read:data"], grants: ["fs.read:data"])
      swapper.cancel()
      await swapper.value
      #expect(message == nil)
    }
  }

  @Test("A plugin that asks for more than it was granted is refused with the list")
  func ungranted() async throws {
    try await withBench { bench in
      try bench.plugin(
        "greedy", "return {}",
        manifest: "capabilities: ['net:*', 'env:TOKEN', { capability: ims.read, optional: true }]")
      let problems = await bench.problems("plugins: [{ name: greedy, grant: ['net:example.com'] }]")
      #expect(problems.count == 1)
      #expect(
        problems[0].message.contains("env:TOKEN") && !problems[0].message.contains("net:*")
          && !problems[0].message.contains("ims.read"))
      #expect(problems[0].hint?.contains("--plugin-grant 'greedy=env:TOKEN'") == true)
      #expect(
        await bench.problems("plugins: [greedy]") { settings in
          for grant in ["greedy=env:TOKEN", "greedy=net:*"] { try settings.grant(grant, workingDirectory: "/") }
        }.isEmpty)
    }
  }

  @Test(
    "Endless output ends the call",
    arguments: ["while true do print(('x'):rep(1000)) end", "while true do require 'log'.info(('x'):rep(1000)) end"])
  func output(body: String) async throws {
    try await withBench { bench in
      let message = try await attack(bench, body, project: ", limits: { output: 10KB }")
      #expect(message?.contains("the limit of") == true)
      #expect(bench.printed.withLock { $0.utf8.count } < 20_000)
    }
  }

  @Test(
    "Cyclic, deep and huge values, functions and objects stay in their VM",
    arguments: [
      "local t = {} t.t = t return t", "local t = {} local u = t for i = 1, 200 do u.u = {} u = u.u end return t",
      "local t = {} for i = 1, 500000 do t[i] = i end return t", "return function() end", "return { print }",
      "return require 'ims'.data_image { name = 'x' }",
      "return require 'plugin'.config.token", "return coroutine.create(print)", "return { [{}] = require 'http' }",
    ])
  func values(body: String) async throws {
    try await withBench(environment: ["T": "hunter2"]) { bench in
      try bench.plugin(
        "maker", "return { sources = { rows = function() return function() \(body) end end } }",
        manifest: "sources: [rows]\nconfig: { token: secret }")
      let host = try await bench.host("plugins: [{ name: maker, config: { token: { env: T } } }]")
      let iterator = try await host.iterator("maker", "rows", .nil)
      let vm = try LuaVMForTests.make(host)
      let error = await #expect(throws: (any Error).self) {
        try await vm.run(Array("for x in ... do end".utf8), name: "t", arguments: [iterator])
      }
      #expect(error.map { "\($0)".contains("hunter") } == false)
      await host.finish()
    }
  }

  @Test(
    "Names that lead out of the plugin directory name no plugin",
    arguments: ["../evil", "a/b", "/etc", "..", "a.b", "A", ""])
  func names(name: String) async throws {
    try await withBench { bench in
      try bench.write("evil/plugin.yaml", "name: evil\nversion: 1.0.0\napi: ^1.0\n")
      let problems = await bench.problems("plugins: ['\(name)']")
      #expect(problems.count == 1 && problems[0].message.contains("cannot be a plugin's name"))
    }
  }

  @Test("Links, devices and strange names in a plugin's directory refuse it")
  func links() async throws {
    try await withBench { bench in
      for (index, make) in [
        { try FileManager.default.createSymbolicLink(atPath: $0 + "/extra.lua", withDestinationPath: "/etc/passwd") },
        { try FileManager.default.createSymbolicLink(atPath: $0 + "/lib", withDestinationPath: "/etc") },
        { mkfifo($0 + "/pipe", 0o600) }, { try "x".write(toFile: $0 + "/a\nb.lua", atomically: true, encoding: .utf8) },
      ].enumerated() as EnumeratedSequence<[(String) throws -> Void]> {
        try bench.plugin("p\(index)", "return {}")
        try make(bench.path("plugins/p\(index)"))
        let problems = await bench.problems("plugins: [p\(index)]")
        #expect(problems.count == 1, "\(index)")
      }
      // A main file that is a link.
      try bench.plugin("p9", "return {}")
      try FileManager.default.removeItem(atPath: bench.path("plugins/p9/main.lua"))
      try FileManager.default.createSymbolicLink(
        atPath: bench.path("plugins/p9/main.lua"), withDestinationPath: "/etc/passwd")
      #expect(await bench.problems("plugins: [p9]").first?.message.contains("link") == true)
    }
  }
}
