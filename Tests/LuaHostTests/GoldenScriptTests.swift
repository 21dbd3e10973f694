import Foundation
import Testing

@testable import LuaHost

/// Each file of `Scripts/golden` says at its end, in lines that begin with "--> ", what it prints.
@Suite("Golden scripts")
struct GoldenScriptTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/golden")
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()

  @Test("There are golden scripts")
  func some() { #expect(Self.names.count >= 5) }

  @Test("A golden script prints what it says", arguments: names)
  func golden(name: String) async throws {
    let text = try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8)
    let expected = text.split(separator: "\n").filter { $0.hasPrefix("--> ") }.map { String($0.dropFirst(4)) }
    let bench = try Bench()
    var printed: [String]
    do {
      _ = try await bench.vm.run(Array(text.utf8), name: name)
      printed = []
    } catch let error as LuaError {
      printed = ["error: \(error)"]
    }
    printed = bench.output.text.split(separator: "\n").map(String.init) + printed
    #expect(printed == expected)
  }
}
