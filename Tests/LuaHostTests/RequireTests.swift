import Foundation
import Testing

@testable import LuaHost

@Suite("require finds modules on a fixed path")
struct RequireTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/modules").path

  private func bench() throws -> Bench { try Bench { $0.searchPath = ["/nonexistent", Self.directory] } }

  @Test("A file is found, run once, and cached")
  func file() async throws {
    let bench = try bench()
    let values = try await bench.run(
      """
      local a, path = require "plain"
      local b = require "plain"
      return a == b, a.name, path:match("[^/]*$"), a.loads, require("nested").name, require("nested.inner").name
      """)
    #expect(values == [true, "plain", "plain.lua", 1, "nested", "nested.inner"])
  }

  @Test("A module may wait while it loads, and a module without a value is true")
  func waiting() async throws {
    #expect(try await bench().run("return require 'waits', (require 'silent')") == ["waited", true])
  }

  @Test("A missing module lists what was tried, and what might have been meant")
  func missing() async throws {
    let message = try await bench().caught("require 'shopp'")
    #expect(message?.contains(": module 'shopp' not found (did you mean 'shop'?): no built-in module 'shopp'") == true)
    #expect(
      message?.contains("no file '\(Self.directory)/shopp.lua', no file '\(Self.directory)/shopp/init.lua'") == true)
  }

  @Test(
    "Names that leave the path are refused",
    arguments: ["../plain", "a..b", "/etc/passwd", "", "a/b", ".", "a.", "nul\\0x"])
  func badNames(name: String) async throws {
    #expect(try await bench().caught("require '\(name)'")?.contains("bad module name") == true)
  }

  @Test("A circular require is an error, not a hang")
  func circular() async throws {
    let message = try await bench().caught("require 'circle_a'")
    #expect(message?.contains("module 'circle_a' requires itself") == true)
  }

  @Test("A module that fails keeps its error and place, and can be required again")
  func failing() async throws {
    let bench = try bench()
    let error = try await bench.failure("require 'broken'")
    #expect(error.message == "broken on purpose" && error.line == 2 && error.source?.hasSuffix("broken.lua") == true)
    #expect(error.traceback.contains("broken.lua:2") && error.traceback.contains("test.lua:1"))
    #expect(try await bench.failure("require 'broken'").message == "broken on purpose")
  }

  @Test("A syntax error in a module names the module, its file and line")
  func syntax() async throws {
    let message = try await bench().caught("require 'unfinished'")
    #expect(message?.contains("error loading module 'unfinished'") == true)
    #expect(message?.contains("unfinished.lua:2:") == true)
  }

  @Test("Binary chunks are refused")
  func binary() async throws {
    #expect(try await bench().caught("require 'binary'")?.contains("binary chunk") == true)
  }

  @Test("Two tasks that require the same module at the same time do not run it twice")
  func twoTasks() async throws {
    let values = try await bench().run(
      """
      local shop, task = require "shop", require "task"
      local t = task.spawn(function() return require "slow" end)
      while not loading do shop.wait() end
      local ok, e = pcall(require, "slow")
      may_end = true
      return t:await(), ok, e:match("still being loaded by another task"), require "slow"
      """)
    #expect(values == ["slow", false, "still being loaded by another task", "slow"])
  }
}
