import Foundation
import LuaHost
import Testing

@testable import ScriptAPI

/// Every `Scripts/NAME.lua` runs against a cloud of its own and must print exactly `Scripts/NAME.expected`.
///
/// Run with SLIPWAY_UPDATE_GOLDEN=1 to write the expectations anew, and read what changed.
@Suite("Golden scripts")
struct GoldenScriptTests {
  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: ScriptWorld.scripts.path)) ?? []
    return files.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }.sorted()
  }

  @Test("A script prints what its expectation says", arguments: names)
  func golden(name: String) async throws {
    let source = try String(contentsOf: ScriptWorld.scripts.appending(path: "\(name).lua"), encoding: .utf8)
    let printed = try await withWorld { world in
      try await world.run(
        source, arguments: ["one", "--wave=2", "--dry", "--", "--two"],
        environment: ["SLIPWAY_TEST": "value", "EMPTY": ""])
    }
    let golden = ScriptWorld.scripts.appending(path: "\(name).expected")
    if ProcessInfo.processInfo.environment["SLIPWAY_UPDATE_GOLDEN"] != nil {
      try printed.write(to: golden, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    #expect(printed == expected)
  }

  @Test("There are scripts to run")
  func present() { #expect(Self.names.count >= 6) }
}
