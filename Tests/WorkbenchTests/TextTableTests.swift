import CloudAccess
import Testing

@testable import Workbench

@Suite("Tables")
struct TextTableTests {
  @Test("Columns line up by display width, numbers to the right, and no line ends in spaces")
  func alignment() {
    var table = TextTable([.init("name"), .init("GB", .right), .init("status")])
    table.add(["ubuntu", "40", "active"])
    table.add(["日本語", "1024", ""])
    table.add(["x", "8", "queued"])
    #expect(
      table.text() == """
        name      GB  status
        ubuntu    40  active
        日本語  1024
        x          8  queued

        """)
  }

  @Test("The widest column that may shrink does, until the window is met")
  func narrow() {
    var table = TextTable([.init("id", shrinks: false), .init("name"), .init("message")])
    table.add(["0123456789abcdef", "golden-image-2204", "the disk inside is larger than min_disk allows"])
    let lines = table.lines(width: 50)
    #expect(lines.allSatisfy { DisplayText.width($0) <= 50 })
    #expect(lines[1].hasPrefix("0123456789abcdef  golden"))
    #expect(lines[1].contains("…"))
  }

  @Test("A window too narrow for all keeps every column readable and overflows")
  func tooNarrow() {
    var table = TextTable(["first", "second"])
    table.add(["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"])
    #expect(table.lines(width: 3) == ["first     second", "aaaaaaa…  bbbbbbb…"])
  }

  @Test("Cells cannot break out of their row")
  func hostile() {
    var table = TextTable(["name"])
    table.add(["evil\nforged row\u{1B}[2J"])
    table.add([])
    table.add(["a", "superfluous"])
    #expect(table.lines() == ["name", "evil\\nforged row\\u{1b}[2J", "", "a"])
  }
}
