import LuaHost
import Testing

@testable import ScriptAPI

@Suite("Differences of values")
struct ValueDifferenceTests {
  private func difference(_ got: LuaValue, _ expected: LuaValue) -> String? {
    ValueDifference.text(got: got, expected: expected)
  }

  @Test("Numbers are equal as Lua says, and NaN is equal to itself")
  func numbers() {
    #expect(difference(1, 1.0) == nil)
    #expect(difference(.number(.nan), .number(.nan)) == nil)
    #expect(difference(.integer(.max), .number(9.3e18)) != nil)
    #expect(difference(.integer(.max), .number(Double(Int64.max))) != nil)
    #expect(difference(1, "1") == "got 1, expected \"1\"")
    #expect(difference(.nil, false) == "got nil, expected false")
  }

  @Test("Tables are compared part by part, with gaps, and each difference names its place")
  func tables() {
    let left = LuaValue.table(LuaTable(array: [1, 2], entries: [(key: "name", value: "a"), (key: 5, value: 5)]))
    let right = LuaValue.table(LuaTable(array: [1], entries: [(key: 2, value: 2), (key: "no name", value: true)]))
    let text = difference(left, right)
    #expect(
      text == """
        3 differences
        .name: got "a", expected nil
        [5]: got 5, expected nil
        ["no name"]: got nil, expected true
        """)
    #expect(difference(.list([.list([1])]), .list([.list([2])])) == "[1][1]: got 1, expected 2")
    #expect(difference(.table(LuaTable()), .table(LuaTable())) == nil)
  }

  @Test("Long texts are shown where they begin to differ, and many differences are counted")
  func long() throws {
    let text = String(repeating: "x", count: 500)
    let tail = try #require(difference(.string(text + "a"), .string(text + "b")))
    #expect(tail.hasPrefix("from byte 501 on: ") && tail.count < 200)
    #expect(difference("a\nb\nc", "a\nB\nc") == "in line 2: got \"b\", expected \"B\"")
    #expect(difference("a\n", "a\nb") == "in line 2: got \"\", expected \"b\"")
    let many = try #require(difference(.list((0..<100).map { .integer($0) }), .list((1...100).map { .integer($0) })))
    #expect(many.hasPrefix("100 differences\n") && many.hasSuffix("and 80 more"))
  }
}
