import Foundation
import Testing

@testable import PluginHost

@Suite("The lock of plugins")
struct LockTests {
  private func lock(_ bench: PluginBench, _ names: [String]) throws {
    var lock = PluginLock()
    for name in names {
      let files = try PluginFiles(directory: bench.path("plugins/\(name)"))
      lock.pins[name] = PluginLock.Pin(version: "1.0.0", hash: files.hash)
    }
    try bench.write(PluginLock.fileName, lock.text)
    #expect(try PluginLock.read(bench.path(PluginLock.fileName)) == lock)
  }

  @Test("A changed, an added and a removed file are refused until locked again")
  func changes() async throws {
    try await withBench { bench in
      try bench.plugin("x", "return {}")
      try bench.write("plugins/x/lib/text.lua", "return 1")
      try bench.write("plugins/x/data.txt", "1")
      try lock(bench, ["x"])
      #expect(await bench.problems("plugins: [x]").isEmpty)
      let changes: [(String, () throws -> Void, () throws -> Void)] = [
        (
          "changed", { try bench.write("plugins/x/lib/text.lua", "return 2") },
          { try bench.write("plugins/x/lib/text.lua", "return 1") }
        ),
        ("data", { try bench.write("plugins/x/data.txt", "2") }, { try bench.write("plugins/x/data.txt", "1") }),
        (
          "added", { try bench.write("plugins/x/new.lua", "") },
          { try FileManager.default.removeItem(atPath: bench.path("plugins/x/new.lua")) }
        ),
        (
          "removed", { try FileManager.default.removeItem(atPath: bench.path("plugins/x/data.txt")) },
          { try bench.write("plugins/x/data.txt", "1") }
        ),
        (
          "renamed",
          {
            try FileManager.default.moveItem(
              atPath: bench.path("plugins/x/data.txt"), toPath: bench.path("plugins/x/data2.txt"))
          },
          {
            try FileManager.default.moveItem(
              atPath: bench.path("plugins/x/data2.txt"), toPath: bench.path("plugins/x/data.txt"))
          }
        ),
      ]
      for (what, change, undo) in changes {
        try change()
        let problems = await bench.problems("plugins: [x]")
        #expect(problems.count == 1 && problems[0].message.contains("is not what was locked"), "\(what)")
        try undo()
        #expect(await bench.problems("plugins: [x]").isEmpty, "\(what)")
      }
      try bench.write("plugins/x/data.txt", "2")
      try lock(bench, ["x"])
      #expect(await bench.problems("plugins: [x]").isEmpty)
    }
  }

  @Test("A plugin that is not in the lock is refused, and so is everything past a lock that cannot be read")
  func missing() async throws {
    try await withBench { bench in
      try bench.plugin("x", "return {}")
      try bench.plugin("y", "return {}")
      try lock(bench, ["x"])
      #expect(await bench.problems("plugins: [x, y]").map(\.message) == ["the plugin 'y' is not in slipway.lock.yaml"])
      for text in ["", "plugins: [", "plugins: { x: { version: 1.0.0 } }", "plugin: {}", "- x"] {
        try bench.write(PluginLock.fileName, text)
        #expect(await !bench.problems("plugins: [x]").isEmpty, "\(text)")
      }
    }
  }

  @Test("What was hashed is what runs, though the files change meanwhile")
  func swapped() async throws {
    try await withBench { bench in
      try bench.plugin(
        "x", "return { on_request = function(image) image.description = require 'lib' end }",
        manifest: "hooks: [on_request]")
      try bench.write("plugins/x/lib.lua", "return 'locked'")
      try lock(bench, ["x"])
      let host = try await bench.host("plugins: [x]")
      try bench.write("plugins/x/lib.lua", "return 'evil'")
      #expect(try await host.prepare(soundRequest).description == "locked")
      await host.finish()
    }
  }

  @Test("The hash tells names from contents, and does not depend on the order of reading")
  func hashing() {
    func hash(_ contents: [String: String]) -> String {
      PluginFiles(directory: "", contents: contents.mapValues { Array($0.utf8) }).hash
    }
    #expect(hash(["a": "b", "c": "d"]) == hash(["c": "d", "a": "b"]))
    let others = [["a": "bc"], ["ab": "c"], ["a": "b", "c": ""], ["a": "", "bc": ""], ["a": "b\u{0}1\u{0}c"], [:]].map(
      hash)
    #expect(Set(others).count == others.count)
    #expect(hash(["a": "b"]).count == 64)
  }
}
