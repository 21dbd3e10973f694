import Testing

@testable import Workbench

@Suite("Rows of the progress display")
struct ProgressRowsTests {
  private func row(_ id: String, _ name: String, _ phase: ProgressBoard.Phase = .running) -> ProgressBoard.Row {
    ProgressBoard.Row(id: id, name: name, phase: phase, started: .zero)
  }

  @Test("Rows keep their order through many removals")
  func order() {
    var rows = ProgressRows()
    var expected: [String] = []
    for number in 0..<1000 {
      rows.append(row("\(number)", "image"))
      expected.append("\(number)")
      guard number % 3 != 0 else { continue }
      let gone = expected.remove(at: number * 7919 % expected.count)
      rows.remove(id: gone)
      #expect(rows.find(id: gone) == nil)
    }
    #expect(rows.map(\.id) == expected)
    #expect(rows.count == expected.count)
    for id in expected { rows.remove(id: id) }
    #expect(rows.isEmpty && Array(rows).isEmpty)
  }

  @Test("Those that wait for room are found by name, the first of several")
  func queued() {
    var rows = ProgressRows()
    rows.append(row("1", "a"))
    rows.append(row("w1", "a", .queued))
    rows.append(row("w2", "a", .queued))
    #expect(rows.findQueued(name: "a")?.id == "w1")
    rows.replace(id: "w1", with: row("2", "a", .submitted))
    #expect(rows.findQueued(name: "a")?.id == "w2")
    rows.remove(id: "w2")
    #expect(rows.findQueued(name: "a") == nil)
    #expect(rows.map(\.id) == ["1", "2"])
  }

  @Test("A row that takes over the id of another one takes its place away")
  func takeOver() {
    var rows = ProgressRows()
    rows.append(row("7", "a"))
    rows.append(row("w", "b", .queued))
    rows.replace(id: "w", with: row("7", "b"))
    #expect(rows.map(\.name) == ["b"])
    #expect(rows.count == 1)
  }
}
