import Foundation
import Testing

@testable @_spi(Measurement) import LuaHost

/// Our string and table functions beside Lua's own, in one state, on random arguments.
@Suite("String and table functions behave as Lua's own")
struct DifferentialTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/differential")

  @Test(
    "Random arguments give the same results, errors and calls of metamethods",
    arguments: [("patterns.lua", 2500), ("strings.lua", 5000), ("tables.lua", 1500)],
    [1, Int.random(in: 2..<1_000_000)]
  )
  func differs(script: (name: String, rounds: Int), seed: Int) async throws {
    let text = try String(contentsOf: Self.directory.appending(path: script.name), encoding: .utf8)
    for counting in [false, true] {
      let bench = try Bench { $0.countsInstructions = counting }
      try await bench.vm.addBaseline(module: "baseline")
      // The scripts raise an error that names the seed and the call.
      _ = try await bench.vm.run(
        Array(text.utf8), name: script.name, arguments: [.integer(Int64(seed)), .integer(Int64(script.rounds))])
    }
  }

  @Test("Lua's own libraries are for tests only, and opening them leaves strings their methods")
  func originals() async throws {
    let bench = try Bench()
    #expect(try await bench.caught("require 'baseline'")?.contains("baseline") == true)
    try await bench.vm.addBaseline(module: "baseline")
    #expect(
      try await bench.run(
        "local b = require 'baseline' return ('x').find == string.find, b.string.find ~= string.find, ('').dump")
        == [true, true, .nil])
  }
}
