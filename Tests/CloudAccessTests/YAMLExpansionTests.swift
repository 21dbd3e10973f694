import Testing

@testable import CloudAccess

@Suite("YAML that would unfold without end", .timeLimit(.minutes(1)))
struct YAMLExpansionTests {
  /// Lists of lists: each level stands for nine of the one before it.
  private static func laughs(_ levels: Int, open: String = "[", close: String = "]") -> String {
    var text = "a0: &a0 [lol, lol]\n"
    for level in 1...levels {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) \(open)\(items)\(close)\n"
    }
    return text
  }

  @Test("is refused before it is unfolded", arguments: [9, 40])
  func refused(levels: Int) {
    #expect(throws: YAMLReader.TooMany.self) { try YAMLReader.value(Self.laughs(levels)) }
  }

  @Test("is refused in maps, under keys that merge, and in blocks")
  func maps() {
    var maps = "a0: &a0 {x: 1}\n"
    for level in 1...40 {
      maps += "a\(level): &a\(level) {b: *a\(level - 1), c: *a\(level - 1), <<: *a\(level - 1)}\n"
    }
    #expect(throws: YAMLReader.TooMany.self) { try YAMLReader.value(maps) }
    var blocks = "a0: &a0\n  - x\n"
    for level in 1...40 { blocks += "a\(level): &a\(level)\n  - *a\(level - 1)\n  - *a\(level - 1)\n" }
    #expect(throws: YAMLReader.TooMany.self) { try YAMLReader.value(blocks) }
  }

  @Test("is refused as a key", arguments: ["? *a40\n: 1\n", "*a40 : 1\n", "{*a40 : 1}\n", "? [*a40]\n: 1\n"])
  func keys(key: String) {
    let last = key.hasPrefix("{") ? "k: \(key)" : key
    #expect(throws: (any Error).self) { try YAMLReader.value(Self.laughs(40) + last) }
  }

  @Test("Aliases that stand for little are followed, also as keys and after an anchor of the same name")
  func small() throws {
    let text = "a: &x [1, 2]\nb: *x\nc: &y key\n*y : 3\nd: &x 4\ne: *x\nf: 5*6\ng: '*x'\n"
    #expect(
      try YAMLReader.value(text)
        == ["a": [1, 2], "b": [1, 2], "c": "key", "key": 3, "d": 4, "e": 4, "f": "5*6", "g": "*x"])
  }
}
