import Foundation
import LuaHost
import Testing

@testable import ScriptCheck

enum Corpus {
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every Lua script of the repository.
  static let scripts: [(path: String, bytes: [UInt8])] = {
    var found: [(String, [UInt8])] = []
    for place in ["lua", "Tests", "scripts"] {
      guard let all = FileManager.default.enumerator(atPath: root.appending(path: place).path) else { continue }
      for case let path as String in all where path.hasSuffix(".lua") {
        let full = root.appending(path: place).appending(path: path)
        guard let data = try? Data(contentsOf: full) else { continue }
        found.append(("\(place)/\(path)", Array(data)))
      }
    }
    return found.sorted { $0.0 < $1.0 }
  }()
}

func tree(_ text: String) -> SyntaxTree { Parser(SourceText(name: "x.lua", bytes: Array(text.utf8))).chunk() }
func tree(_ bytes: [UInt8]) -> SyntaxTree { Parser(SourceText(name: "x.lua", bytes: bytes)).chunk() }

/// A generator whose numbers can be had again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
