import Foundation
import LuaHost
import Testing

@testable import ScriptAPI

/// Every `Scripts/NAME.lua` runs against a cloud of its own and must print exactly `Scripts/NAME.expected`.
@Suite("Golden scripts")
struct GoldenScriptTests {
  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: ScriptWorld.scripts.path)) ?? []
    return files.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }.sorted()
  }

  @Test("A script prints what its expectation says", arguments: names)
  func golden(name: String) async throws {
    let source = try String(contentsOf: ScriptWorld.scripts.appending(path: "\(name).lua"), encoding: .utf8)
    let expected = try String(contentsOf: ScriptWorld.scripts.appending(path: "\(name).expected"), encoding: .utf8)
    let printed = try await withWorld { world in
      try await world.run(
        source, arguments: ["one", "--wave=2", "--dry", "--", "--two"], environment: ["SLIPWAY_TEST": "value", "EMPTY": ""])
    }
    #expect(printed == expected)
  }

  @Test("There are scripts to run")
  func present() { #expect(Self.names.count >= 6) }
}
