import Foundation
import LuaHost
import Testing

@testable import ScriptCheck

/// The parser beside Lua's own compiler.
@Suite("The parser takes what Lua 5.4 takes")
struct LuaAgreementTests {
  /// What Lua says about a text; nil when it compiles.
  private static func verdict(_ vm: LuaVM, _ bytes: [UInt8]) async throws -> String? {
    do {
      try await vm.check(bytes, name: "x.lua")
      return nil
    } catch let error as LuaError {
      return error.message
    }
  }

  private static func agree(_ vm: LuaVM, _ bytes: [UInt8], _ what: String) async throws {
    let expected = try await verdict(vm, bytes)
    let found = tree(bytes).problems
    if (expected == nil) != found.isEmpty {
      // What takes more registers than there are is for Lua to say.
      if let expected, expected.contains("needs too many registers") { return }
      let text = String(decoding: bytes.prefix(1500), as: UTF8.self)
      Issue.record("\(what): Lua says \(expected ?? "yes"), we say \(found.first?.message ?? "yes"):\n\(text)")
    }
  }

  @Test("Every script of the repository is judged as Lua judges it")
  func repository() async throws {
    let vm = try LuaVM()
    #expect(Corpus.scripts.count > 30)
    for script in Corpus.scripts { try await Self.agree(vm, script.bytes, script.path) }
    await vm.close()
  }

  static let pieces: [String] = {
    guard
      let text = try? String(
        contentsOf: Corpus.root.appending(path: "Tests/ScriptCheckTests/Scripts/pieces.txt"), encoding: .utf8)
    else { return [] }
    return text.components(separatedBy: "\n----\n")
  }()

  @Test("Pieces of Lua, right and wrong, are judged as Lua judges them")
  func judged() async throws {
    let vm = try LuaVM()
    #expect(Self.pieces.count > 150)
    for piece in Self.pieces { try await Self.agree(vm, Array(piece.utf8), "piece") }
    await vm.close()
  }

  @Test("Limits of the compiler are met at the same number")
  func limits() async throws {
    let vm = try LuaVM()
    func forms(_ n: Int) -> [String] {
      [
        "local x = " + String(repeating: "(", count: n) + "1" + String(repeating: ")", count: n),
        "local x = " + String(repeating: "{", count: n) + String(repeating: "}", count: n),
        "local x = " + String(repeating: "-", count: n).replacing("-", with: "- ") + "1",
        "local x = " + String(repeating: "1 .. ", count: n) + "1",
        "local x = " + String(repeating: "2^", count: n) + "1",
        String(repeating: "do ", count: n) + String(repeating: "end ", count: n),
        String(repeating: "while x do ", count: n) + String(repeating: "end ", count: n),
        String(repeating: "if x then ", count: n) + String(repeating: "end ", count: n),
        String(repeating: "repeat ", count: n) + String(repeating: "until x ", count: n),
        String(repeating: "local function f() ", count: n) + String(repeating: "end ", count: n),
        "return " + String(repeating: "function() return ", count: n) + "1" + String(repeating: " end", count: n),
        (1...max(n, 1)).map { "a\($0)" }.joined(separator: ",") + " = 1",
        (0..<n).map { "::l\($0)::" }.joined(),
        "f" + String(repeating: "(f", count: n) + String(repeating: ")", count: n),
        "f" + String(repeating: "[f", count: n) + String(repeating: "]", count: n) + " = 1",
        "local " + (1...max(n, 1)).map { "a\($0)" }.joined(separator: ","),
        (1...max(n, 1)).map { "local a\($0) <const> = 1" }.joined(separator: "\n"),
        "return function(" + (1...max(n, 1)).map { "a\($0)" }.joined(separator: ",") + ") end",
        "for " + (1...max(n, 1)).map { "a\($0)" }.joined(separator: ",") + " in x do end",
        "do " + (1...max(n, 1)).map { "local a\($0)" }.joined(separator: ";") + " end for i = 1, 2 do local x end",
      ]
    }
    for n in Array(60...70) + Array(92...101) + Array(185...206) {
      for form in forms(n) { try await Self.agree(vm, Array(form.utf8), "\(n) levels") }
    }
    await vm.close()
  }

  @Test("255 variables of outer functions and no more")
  func upvalues() async throws {
    let vm = try LuaVM()
    for count in 250...258 {
      for global in ["", "print()"] {
        var text = ""
        for part in [1...150, 151...count] {
          text += part.map { "local v\($0)" }.joined(separator: " ") + " local function f\(part.lowerBound)() "
        }
        text += "return function() \(global) return " + (1...count).map { "v\($0)" }.joined(separator: " + ")
        text += " end end end"
        try await Self.agree(vm, Array(text.utf8), "\(count) upvalues")
      }
    }
    await vm.close()
  }

  @Test("Mutated scripts are judged as Lua judges them", arguments: [1, UInt64.random(in: 2..<1_000_000)])
  func mutations(seed: UInt64) async throws {
    let vm = try LuaVM()
    var random = SeededGenerator(seed: seed)
    let scripts = Corpus.scripts.filter { !$0.path.hasPrefix("lua/types") && !$0.bytes.isEmpty }
    for round in 0..<1500 {
      guard let script = scripts.randomElement(using: &random) else { return }
      let mutated = Mutation.mutate(script.bytes, others: scripts.map(\.bytes), using: &random)
      try await Self.agree(vm, mutated, "seed \(seed), round \(round), \(script.path)")
    }
    await vm.close()
  }
}
