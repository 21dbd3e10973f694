import Testing

@testable import Workbench

@Suite("One console for everything that is written")
struct ConsoleTests {
  /// Both streams end on the same screen, as they do in a terminal.
  private let screen = MemorySink()

  private func shown(_ console: Console, columns: Int = 80) -> String {
    var screen = Screen(columns: columns)
    screen.feed(self.screen.text)
    return screen.text
  }

  @Test("Data goes to standard output, everything else to standard error")
  func streams() {
    let output = MemorySink()
    let error = MemorySink()
    let console = Console(terminal: .pipes, output: output, error: error)
    console.write([0, 0xff, 10])
    console.print("data")
    console.note("remark")
    console.setLiveRegion(["never seen in a pipe"], above: ["permanent"])
    #expect(output.bytes == [0, 0xff, 10] + Array("data\n".utf8))
    #expect(error.text == "remark\npermanent\n")
  }

  @Test("A live region gives way to output and comes back below it")
  func interleaving() {
    let console = Console(terminal: .full(), output: screen, error: screen)
    console.setLiveRegion(["job a 10%", "job b 20%"])
    console.print("first result")
    #expect(shown(console) == "first result")
    console.setLiveRegion(["job a 11%", "job b 21%"])
    console.note("a remark")
    console.print("second result")
    console.setLiveRegion(["job a 12%"], above: ["job b is done"])
    #expect(shown(console) == "first result\na remark\nsecond result\njob b is done\njob a 12%")
    console.setLiveRegion([])
    #expect(shown(console) == "first result\na remark\nsecond result\njob b is done")
  }

  @Test("A region at the top of the screen is redrawn without leaving copies in the terminal's history")
  func history() {
    let console = Console(terminal: .full(), output: screen, error: screen)
    for percent in 1...5 { console.setLiveRegion(["job a \(percent)%", "job b \(percent)%"]) }
    var screen = Screen()
    screen.feed(self.screen.text)
    #expect(screen.text == "job a 5%\njob b 5%")
    #expect(screen.fullClears == 0)
  }

  @Test("A line that is still open is ended before the region is drawn, never overwritten")
  func openLine() {
    let console = Console(terminal: .full(), output: screen, error: screen)
    console.write(Array("working".utf8))
    console.setLiveRegion(["job 1%"])
    #expect(shown(console) == "working\njob 1%")
    console.print("done")
    #expect(shown(console) == "working\ndone")
  }

  @Test("Output that goes to a file leaves the region alone")
  func redirected() {
    let file = MemorySink()
    var terminal = Terminal.full()
    terminal.outputIsTerminal = false
    let console = Console(terminal: terminal, output: file, error: screen)
    console.setLiveRegion(["job 1%"])
    let before = screen.bytes.count
    console.print("data")
    #expect(screen.bytes.count == before)
    #expect(file.text == "data\n")
  }

  @Test("With a prompt on the screen, output is handed to it and no region is drawn")
  func prompt() {
    let prompt = RecordingPrompt()
    let console = Console(terminal: .full(), output: screen, error: screen)
    console.setPrompt(prompt)
    console.print("from a background job")
    console.setLiveRegion(["job 1%"], above: ["job 2 is done"])
    console.note("remark")
    #expect(prompt.shown.text == "from a background job\njob 2 is done\nremark\n")
    #expect(screen.bytes.isEmpty)
    console.setPrompt(nil)
    console.setLiveRegion(["job 1%"])
    #expect(shown(console) == "job 1%")
  }

  @Test("Lines from many tasks stay whole and the region never leaves a trace")
  func concurrent() async {
    let console = Console(terminal: .full(), output: screen, error: screen)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for line in 0..<50 {
            console.print("task \(task) line \(line)")
            console.setLiveRegion(["live \(task)", "live \(line)"])
          }
        }
      }
    }
    console.setLiveRegion([])
    let lines = Set(shown(console).split(separator: "\n"))
    let expected = Set((0..<8).flatMap { task in (0..<50).map { Substring("task \(task) line \($0)") } })
    #expect(lines == expected)
  }

  @Test("A reader that went away is noticed once and not written to again")
  func brokenPipe() {
    let output = FailingSink(failure: WriteFailure(code: 32))
    let console = Console(terminal: .pipes, output: output, error: MemorySink())
    console.print("one")
    console.print("two")
    #expect(console.outputFailure == WriteFailure(code: 32))
    #expect(output.attempts.bytes.count == 1)
  }
}

private final class RecordingPrompt: PromptHolder {
  let shown = MemorySink()

  func showAbove(_ bytes: [UInt8]) -> Bool {
    shown.write(bytes)
    return true
  }
}

private struct FailingSink: ByteSink {
  let failure: WriteFailure
  let attempts = MemorySink()

  func write(_ bytes: [UInt8]) throws(WriteFailure) {
    attempts.write([1])
    throw failure
  }
}
