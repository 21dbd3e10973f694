import LuaHost
import Testing

@testable import Workbench

@Suite("Values as Lua writes them")
struct ValuePrinterTests {
  private func text(_ value: LuaValue, columns: Int = 80) -> String {
    ValuePrinter(style: ScreenStyle(columns: columns)).text(value)
  }

  @Test("Scalars are literals; a float stays a float")
  func scalars() {
    #expect(text(.nil) == "nil")
    #expect(text(true) == "true")
    #expect(text(42) == "42")
    #expect(text(.integer(.min)) == "-9223372036854775808")
    let numbers: [Double] = [1, 0.1, -0.0, 1e15, 1e300, 1e-7, .infinity, -.infinity, .nan, 3.14159265358979]
    #expect(
      numbers.map { text(.number($0)) } == [
        "1.0", "0.1", "-0.0", "1e+15", "1e+300", "1e-07", "math.huge", "-math.huge", "0/0", "3.1415926535898",
      ])
  }

  @Test("Strings are quoted; control characters and broken UTF-8 are escapes, text stays text")
  func strings() {
    #expect(text("plain") == "\"plain\"")
    #expect(text("say \"hi\" \\ \n\t") == #""say \"hi\" \\ \n\t""#)
    #expect(text("日本 é 👍") == "\"日本 é 👍\"")
    #expect(
      text(.string(LuaString(bytes: [0x00, 0x1b, 0xff, 0xc3, 0x28, 0xe6, 0x97]))) == #""\x00\x1b\xff\xc3(\xe6\x97""#)
    let long = ValuePrinter.literal(LuaString(String(repeating: "x", count: 100)), limit: 10)
    #expect(long == "\"xxxxxxxxxx\" --[[ 90 more bytes ]]")
  }

  @Test("A small table stands on one line, names without brackets, keywords with")
  func smallTable() {
    let table = LuaTable(
      array: [1, "two"],
      entries: [
        (key: "name", value: "ubuntu"), (key: "end", value: true), (key: "two words", value: .nil),
        (key: 10, value: 1.5),
        (key: true, value: .table(LuaTable())),
      ])
    #expect(
      text(.table(table), columns: 100)
        == #"{ 1, "two", name = "ubuntu", ["end"] = true, ["two words"] = nil, [10] = 1.5, [true] = {} }"#)
  }

  @Test("A large table takes a line for each entry")
  func largeTable() {
    let image = LuaValue.record([("name", "ubuntu-22.04-golden"), ("min_disk", 40)])
    let table = LuaValue.record([("images", .list([image, image])), ("status", "all of them are active by now")])
    #expect(
      text(table, columns: 60) == """
        {
          images = {
            { name = "ubuntu-22.04-golden", min_disk = 40 },
            { name = "ubuntu-22.04-golden", min_disk = 40 },
          },
          status = "all of them are active by now",
        }
        """)
  }

  @Test("Depth, entries and the total are limited, and what is left out is counted")
  func limits() {
    var deep = LuaValue.list([1, 2])
    for _ in 0..<2000 { deep = .list([deep]) }
    #expect(text(deep, columns: 200) == "{ { { { { { { --[[ 1 entry ]] } } } } } } }")

    let long = LuaValue.list((0..<250).map { .integer($0) })
    let lines = text(long).split(separator: "\n")
    #expect(lines.count == 103)
    #expect(lines[101] == "  -- 150 more")

    var printer = ValuePrinter()
    printer.limits.total = 50
    let wide = LuaValue.list((0..<20).map { _ in .list((0..<20).map { .integer($0) }) })
    #expect(printer.text(wide).count < 3000)
  }

  @Test("Several results stand side by side if they are short")
  func several() {
    let printer = ValuePrinter(style: ScreenStyle(columns: 40))
    #expect(printer.text([1, "a", .nil]) == "1\t\"a\"\tnil")
    #expect(printer.text([.string(String(repeating: "x", count: 50)), 1]).hasSuffix("\"\n1"))
  }

  @Test("Colours change nothing but colours")
  func colors() {
    let value = LuaValue.record([("a", 1), ("b", .list(["x", true, .nil])), ("c", .number(2))])
    let colored = ValuePrinter(style: ScreenStyle(paint: Paint(enabled: true))).text(value)
    #expect(colored.contains("\u{1B}[32m\"x\"\u{1B}[0m"))
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == text(value))
  }
}
