import Foundation
import ImageImport
import Synchronization
import Testing

@testable import PluginHost

@Suite("Hostile plugins and files")
struct HostileFileTests {
  /// Runs Lua in a plugin that was granted `data`; what it raises comes back.
  private func attack(_ bench: PluginBench, _ body: String, grant: String = "data") async throws -> String? {
    try bench.plugin(
      "evil", "return { before_submit = function() local fs = require 'fs' \(body) end }",
      manifest: "hooks: [before_submit]\ncapabilities: ['fs.read:\(grant)', 'fs.write:\(grant)']")
    let host = try await bench.host("plugins: [{ name: evil, grant: ['fs.read:\(grant)', 'fs.write:\(grant)'] }]")
    var message: String?
    do {
      try await host.beforeSubmit(soundRequest)
    } catch {
      message = (error as? ImportError)?.message ?? "\(error)"
    }
    await host.finish()
    return message
  }

  @Test("Links to the kernel's files, and what a hard link shares, stay out of reach")
  func links() async throws {
    try await withBench { bench in
      let files = FileManager.default
      try bench.write("data/x", "")
      try bench.write("outside.txt", "precious")
      for (name, target) in [
        ("env", "/proc/self/environ"), ("root", "/proc/self/root"), ("cwd", "/proc/self/cwd"), ("fd", "/proc/self/fd"),
        ("mem", "/proc/self/mem"), ("zero", "/dev/zero"),
      ] {
        try files.createSymbolicLink(atPath: bench.path("data/\(name)"), withDestinationPath: target)
      }
      #expect(link(bench.path("outside.txt"), bench.path("data/hard.txt")) == 0)
      let message = try await attack(
        bench,
        """
        for _, path in ipairs { "data/env", "data/root/etc/passwd", "data/cwd/slipway.yaml", "data/fd/0", "data/mem", "data/zero" } do
          for _, f in ipairs { fs.read, fs.lines, fs.exists, require "disk".inspect } do
            local ok, err = pcall(f, path)
            assert(not ok and err.kind == "capability", path .. ": " .. tostring(err))
          end
        end
        assert(#fs.glob "data/*" == 2)
        for _, path in ipairs { "data/root/tmp/slipway-evil", "data/cwd/slipway-evil", "data/fd/1" } do
          assert(not pcall(fs.write, path, "x"), path)
        end
        fs.write("data/hard.txt", "mine")
        """)
      #expect(message == nil)
      #expect(try String(contentsOfFile: bench.path("outside.txt"), encoding: .utf8) == "precious")
    }
  }

  @Test("Names that only look the same are others, and a slash with an accent is a slash")
  func unicode() async throws {
    // "é" in one scalar is granted; "e" with an accent behind it is another directory.
    let (granted, twin) = ("caf\u{E9}", "cafe\u{301}")
    try await withBench { bench in
      try bench.write("\(granted)/a", "fine")
      try bench.write("\(twin)/a", "secret")
      try bench.write("\u{301}x", "secret")
      let message = try await attack(
        bench,
        """
        assert(fs.read "\(granted)/a" == "fine")
        for _, f in ipairs { fs.read, fs.lines, fs.exists } do
          for _, path in ipairs { "\(twin)/a", "\(granted)/../\(twin)/a", "\(granted)/../\u{301}x" } do
            local ok, err = pcall(f, path)
            assert(not ok and err.kind == "capability", tostring(err))
          end
        end
        for _, path in ipairs { "\(twin)/new", "\(granted)/../\u{301}new", "\(granted)/none/../../\u{301}new", "\(granted)/..\u{301}/new" } do
          assert(not pcall(fs.write, path, "x"), path)
        end
        -- One name in the granted directory, which begins with an accent.
        fs.write("\(granted)/\u{301}mine", "x")
        assert(fs.read "\(granted)/\u{301}mine" == "x")
        """, grant: granted)
      #expect(message == nil)
      let names = try FileManager.default.contentsOfDirectory(atPath: bench.path(granted))
      #expect(names.count == 2)
      let all = try FileManager.default.subpathsOfDirectory(atPath: bench.directory.path)
      #expect(!all.contains { $0.hasSuffix("new") })
    }
  }

  @Test("A plugin that rewrites itself goes on as it was hashed, and is refused the next time")
  func rewritesItself() async throws {
    try await withBench { bench in
      try bench.plugin(
        "mole",
        """
        local fs = require "fs"
        fs.write("plugins/mole/lib.lua", "return 'changed'")
        fs.write("plugins/mole/main.lua", "return { on_validate = function() end }")
        return { before_submit = function() return false, require "lib" .. " " .. require "plugin".file "lib.lua" end }
        """, manifest: "hooks: [before_submit]\ncapabilities: ['fs.write:plugins/mole']")
      try bench.write("plugins/mole/lib.lua", "return 'locked'")
      try await lock(bench, "mole")
      let project = "plugins: [{ name: mole, grant: ['fs.write:plugins/mole'] }]"
      let host = try await bench.host(project)
      let error = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
      #expect(error?.message.hasSuffix("locked return 'locked'") == true, "\(error?.message ?? "")")
      let failure = await #expect(throws: PluginFailure.self) { try await host.reload() }
      #expect(failure?.problems.first?.message.contains("is not what was locked") == true)
      await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
      await host.finish()
      #expect(await bench.problems(project).first?.message.contains("is not what was locked") == true)
    }
  }

  private func lock(_ bench: PluginBench, _ name: String) async throws {
    var lock = PluginLock()
    let files = try PluginFiles(directory: bench.path("plugins/\(name)"))
    lock.pins[name] = PluginLock.Pin(version: "1.0.0", hash: files.hash)
    try bench.write(PluginLock.fileName, lock.text)
  }

  @Test("Files exchanged between hash and load are never run unlocked", .timeLimit(.minutes(1)))
  func exchanged() async throws {
    try await withBench { bench in
      func main(_ word: String) -> String {
        "return { before_submit = function() return false, '\(word)' .. require 'lib' end }"
      }
      try bench.plugin("twin", main("good"), manifest: "hooks: [before_submit]")
      try bench.write("plugins/twin/lib.lua", "return ' good'")
      try await lock(bench, "twin")
      // Other contents of the same lengths, renamed into place and back for as long as plugins are loaded.
      try bench.write("other/evil-main.lua", main("evil"))
      try bench.write("other/evil-lib.lua", "return ' evil'")
      try bench.write("other/good-main.lua", main("good"))
      try bench.write("other/good-lib.lua", "return ' good'")
      // A thread of its own: a task would take one of the few that all others share.
      let isOver = Mutex(false)
      let ended = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        defer { ended.signal() }
        let draft = bench.path("other/draft")
        while !isOver.withLock({ $0 }) {
          for word in ["evil", "good"] {
            for name in ["main.lua", "lib.lua"] {
              link(bench.path("other/\(word)-\(name)"), draft)
              rename(draft, bench.path("plugins/twin/\(name)"))
            }
          }
        }
      }
      var (ran, refused) = (0, 0)
      for _ in 0..<150 {
        do {
          let host = try await bench.host("plugins: [twin]")
          let error = await #expect(throws: ImportError.self) { try await host.beforeSubmit(soundRequest) }
          #expect(error?.message.hasSuffix(": good good") == true, "\(error?.message ?? "")")
          await host.finish()
          ran += 1
        } catch let failure as PluginFailure {
          #expect(failure.problems.allSatisfy { $0.message.contains("is not what was locked") }, "\(failure)")
          refused += 1
        }
      }
      isOver.withLock { $0 = true }
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          ended.wait()
          continuation.resume()
        }
      }
      #expect(ran + refused == 150 && refused > 0)
    }
  }
}
