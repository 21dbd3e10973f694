import Foundation
import Testing

@testable import Workbench

@Suite("Line editing on a real pseudo-terminal", .serialized, .timeLimit(.minutes(1)))
struct LineEditorTests {
  private let terminal: PseudoTerminal
  private let editor: LineEditor

  init() throws {
    terminal = try PseudoTerminal(columns: 40)
    editor = try #require(
      LineEditor(input: terminal.descriptor, output: terminal.descriptor, history: ["first()", "second()"]))
  }

  private func expect(_ screen: String, sourceLocation: SourceLocation = #_sourceLocation) async {
    let shown = await terminal.shows(screen)
    #expect(shown == screen, sourceLocation: sourceLocation)
  }

  private func line(_ text: String) -> LineEvent { .line(Array(text.utf8)) }

  @Test("A line is edited with the cursor keys and comes back without its newline")
  func editing() async {
    async let event = editor.readLine(prompt: "> ")
    await expect(">")
    terminal.type("wrld\u{1B}[D\u{1B}[D\u{1B}[Do\u{1}hello \u{5}!")
    await expect("> hello world!")
    terminal.type("\r")
    #expect(await event == line("hello world!"))
  }

  @Test("UTF-8 is edited by character and comes back byte for byte")
  func unicode() async {
    async let event = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("print('日本é😀x')\u{7F}\u{7F}\u{7F}\u{7F}!")
    _ = await terminal.waits { $0.hasSuffix("!") }
    terminal.type("\r")
    #expect(await event == line("print('日本é!"))
  }

  @Test("Earlier lines come back with the arrow keys, new ones join them")
  func history() async {
    async let first = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("\u{1B}[A")
    await expect("> second()")
    terminal.type("\u{1B}[A\r")
    #expect(await first == line("first()"))
    editor.remember("third()")
    async let second = editor.readLine(prompt: "> ")
    await expect("> first()\n>")
    terminal.type("\u{1B}[A\r")
    #expect(await second == line("third()"))
  }

  @Test("Output of others appears above a half-typed line, which stays as it is, also when it is wrapped")
  func above() async {
    async let event = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    #expect(editor.showAbove(Array("job 1 done\n".utf8)))
    await expect("job 1 done\n>")
    let long = "local result = ims.import(image, { timeout = 100 })"
    terminal.type(long)
    let wrapped = "> local result = ims.import(image, { tim\neout = 100 })"
    await expect("job 1 done\n" + wrapped)
    // The cursor on the first row of the two, then on the last.
    terminal.type("\u{1}")
    #expect(editor.showAbove(Array("job 2 done\njob 3 failed".utf8)))
    let shown = "job 1 done\njob 2 done\njob 3 failed\n" + wrapped
    await expect(shown)
    terminal.type("\u{5}")
    #expect(editor.showAbove(Array("job 4\n".utf8)))
    let final = "job 1 done\njob 2 done\njob 3 failed\njob 4\n" + wrapped
    await expect(final)
    terminal.type("\r")
    #expect(await event == line(long))
    #expect(!editor.showAbove(Array("late".utf8)))
  }

  @Test("A cancelled line is given up with a mark, and the next prompt is fresh")
  func cancelled() async {
    async let first = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("half a li")
    _ = await terminal.shows("> half a li")
    editor.cancelLine()
    #expect(await first == .cancelled)
    async let second = editor.readLine(prompt: "> ")
    await expect("> half a li^C\n>")
    terminal.type("whole\r")
    #expect(await second == line("whole"))
  }

  @Test("A cancellation between two lines does not hit the next one")
  func lateCancellation() async {
    editor.cancelLine()
    async let event = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("kept\r")
    #expect(await event == line("kept"))
  }

  @Test("Ctrl-D on an empty line ends, in a line it deletes")
  func end() async {
    async let first = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("abc\u{1}\u{4}\r")
    #expect(await first == line("bc"))
    async let second = editor.readLine(prompt: "> ")
    await expect("> bc\n>")
    terminal.type("\u{4}")
    #expect(await second == .ended)
  }

  @Test("Ended from outside, it stays ended")
  func ended() async {
    async let event = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    editor.end()
    #expect(await event == .ended)
    #expect(await editor.readLine(prompt: "> ") == .ended)
  }

  @Test("Tab completes, shows the choice below, and keeps the line")
  func completion() async {
    editor.changeCompleter { $0.names = ["ims", "ims.import", "ims.import_all", "ims.images", "print"] }
    async let event = editor.readLine(prompt: "> ")
    _ = await terminal.shows(">")
    terminal.type("pr\t(ims.imp\t")
    await expect("> print(ims.import")
    terminal.type("\u{7F}\u{7F}\u{7F}\u{7F}\t")
    let shown = "> print(ims.im\nims.images      ims.import_all\nims.import\n> print(ims.im"
    await expect(shown)
    terminal.type("p\t_\t)\r")
    #expect(await event == line("print(ims.import_all)"))
  }

  @Test("A prompt may be coloured without disturbing the cursor")
  func coloredPrompt() async {
    async let event = editor.readLine(prompt: "\u{1}\u{1B}[1;36m\u{1}s>\u{1}\u{1B}[0m\u{1} ")
    _ = await terminal.shows("s>")
    terminal.type("abc\u{1}x\u{5}y")
    await expect("s> xabcy")
    terminal.type("\r")
    #expect(await event == line("xabcy"))
  }
}
