import Foundation
import LuaHost
import ScriptAPI
import Testing

@testable import slipway

@Suite("slipway types")
struct TypesCommandTests {
  private func text(_ directory: URL, _ path: String) -> String? {
    try? String(contentsOf: directory.appending(path: path), encoding: .utf8)
  }

  @Test(
    "It writes this version's stubs away from any repository and prints what it wrote, nothing the second time")
  func writes() async throws {
    try await withTemporaryDirectory { directory in
      let first = try await Tool.run(["types", "--luarc"], directory: directory)
      #expect(first.status == 0, "\(first.errors)")
      let files = StubWriter(ScriptInterface.standard).files
      let written = files.map { "lua/types/\($0.path)\n" } + [".luarc.json\n"]
      #expect(first.output == written.joined())
      for file in files { #expect(text(directory, "lua/types/\(file.path)") == file.text) }
      let settings = try #require(
        try JSONSerialization.jsonObject(with: Data((text(directory, ".luarc.json") ?? "").utf8)) as? [String: Any])
      #expect(settings["runtime.version"] as? String == "Lua 5.4")
      #expect(settings["workspace.library"] as? [String] == ["lua/types"])
      #expect(settings["diagnostics.globals"] as? [String] == ["arg"])
      let second = try await Tool.run(["types", "--luarc"], directory: directory)
      #expect(second.status == 0 && second.output.isEmpty)
    }
  }

  @Test("Its own old files are replaced or removed; those of others stop it before anything is written, unless forced")
  func foreign() async throws {
    try await withTemporaryDirectory { directory in
      #expect(try await Tool.run(["types", "stubs"], directory: directory).status == 0)
      let old = "---@meta gone\n\n\(StubWriter.mark)slipway 0.0.1; do not edit.\n"
      for name in ["gone.lua", "ims.lua"] {
        try old.write(to: directory.appending(path: "stubs/\(name)"), atomically: true, encoding: .utf8)
      }
      try "-- mine\n".write(to: directory.appending(path: "stubs/mine.lua"), atomically: true, encoding: .utf8)
      let renewed = try await Tool.run(["types", "stubs"], directory: directory)
      #expect(renewed.output == "stubs/ims.lua\n")
      #expect(text(directory, "stubs/gone.lua") == nil)
      #expect(text(directory, "stubs/mine.lua") == "-- mine\n")

      try "-- mine\n".write(to: directory.appending(path: "stubs/task.lua"), atomically: true, encoding: .utf8)
      try old.write(to: directory.appending(path: "stubs/ims.lua"), atomically: true, encoding: .utf8)
      let refused = try await Tool.run(["types", "stubs"], directory: directory)
      #expect(refused.status == 65)
      #expect(refused.errors.contains("'stubs/task.lua' was not written by slipway"))
      #expect(text(directory, "stubs/ims.lua") == old)
      let forced = try await Tool.run(["types", "stubs", "--force"], directory: directory)
      #expect(forced.status == 0)
      #expect(text(directory, "stubs/task.lua")?.hasPrefix("---@meta task") == true)
    }
  }

  @Test("A directory that cannot be written is a plain error, a name without characters wrong use")
  func unwritable() async throws {
    try await withTemporaryDirectory { directory in
      #expect(try await Tool.run(["types", ""], directory: directory).status == 64)
      #expect(try await Tool.run(["types", "t///"], directory: directory).output.hasPrefix("t/globals.lua\n"))
      try "".write(to: directory.appending(path: "file"), atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(["types", "file/types"], directory: directory)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("'file/types/globals.lua' cannot be written"))
    }
  }

  @Test("A .luarc.json that cannot be completed is left alone, with advice; --force replaces it")
  func settingsRefused() async throws {
    try await withTemporaryDirectory { directory in
      let mine = "{\n  // mine\n  \"workspace.library\": []\n}\n"
      try mine.write(to: directory.appending(path: ".luarc.json"), atomically: true, encoding: .utf8)
      let refused = try await Tool.run(["types", "--luarc"], directory: directory)
      #expect(refused.status == 65)
      #expect(refused.errors.contains("add these lines to it"))
      #expect(refused.errors.contains("\"workspace.library\": [\"lua/types\"]"))
      #expect(text(directory, ".luarc.json") == mine)
      #expect(try await Tool.run(["types", "--luarc", "--force"], directory: directory).status == 0)
      #expect(text(directory, ".luarc.json") == EditorSettings(library: "lua/types").text)
    }
  }

  @Test("Missing settings are added in front; order, layout and values of the others stay")
  func completing() throws {
    let settings = EditorSettings(library: "lua/types")
    let mine = """
      {
        "diagnostics.disable": ["lowercase-global"],
        "Lua.runtime.version": "Lua 5.4",
        "workspace": { "library": ["vendor", "lua/types"] }
      }

      """
    guard case .write(let text, let added) = settings.completing(mine) else {
      Issue.record("not completed: \(settings.completing(mine))")
      return
    }
    #expect(added == ["workspace.checkThirdParty", "runtime.builtin", "diagnostics.globals"])
    #expect(text.hasSuffix(mine.dropFirst(2)))
    #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    #expect(settings.completing(text) == .complete)
    #expect(settings.completing(settings.text) == .complete)
  }

  @Test(
    "Any plain JSON object becomes one with all settings, any other text is refused",
    arguments: ["{}", "{ }\n", "{\"a\":1}", "\n{\n\t\"a\": {\"b\": [1]}\n}", "{\"Lua\": {\"runtime\": {}}}"])
  func shapes(_ text: String) throws {
    let settings = EditorSettings(library: "t")
    guard case .write(let completed, _) = settings.completing(text) else {
      Issue.record("not completed: \(text)")
      return
    }
    #expect(try JSONSerialization.jsonObject(with: Data(completed.utf8)) is [String: Any], "\(completed)")
    #expect(settings.completing(completed) == .complete)
    for other in ["", "[]", "null", "{", "{\"workspace.library\": \"x\"}", "{\"workspace.library\": []}"] {
      guard case .refused = settings.completing(other) else {
        Issue.record("taken: \(other)")
        continue
      }
    }
  }
}
