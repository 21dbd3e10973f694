import Testing

@testable import Workbench

@Suite("What the terminal can do")
struct TerminalTests {
  private func terminal(_ environment: [String: String], output: Bool = true, error: Bool = true) -> Terminal {
    Terminal(
      environment: environment, inputIsTerminal: true, outputIsTerminal: output, errorIsTerminal: error, size: nil)
  }

  @Test("Colour follows each stream by itself")
  func perStream() {
    let piped = terminal(["TERM": "xterm"], output: false)
    #expect(!piped.colorsOutput)
    #expect(piped.colorsErrors)
  }

  @Test("NO_COLOR takes colour away, empty it means nothing, and it beats CLICOLOR_FORCE")
  func noColor() {
    #expect(!terminal(["TERM": "xterm", "NO_COLOR": "1"]).colorsErrors)
    #expect(terminal(["TERM": "xterm", "NO_COLOR": ""]).colorsErrors)
    #expect(!terminal(["TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"]).colorsErrors)
  }

  @Test("CLICOLOR_FORCE colours pipes, 0 does not")
  func forced() {
    #expect(terminal(["CLICOLOR_FORCE": "1"], output: false, error: false).colorsOutput)
    #expect(!terminal(["CLICOLOR_FORCE": "0"], output: false, error: false).colorsOutput)
    #expect(!terminal(["TERM": "xterm", "CLICOLOR": "0"]).colorsOutput)
  }

  @Test("A dumb terminal gets no colour, no live region and no editing", arguments: ["dumb", "unknown", ""])
  func dumb(_ term: String) {
    let dumb = terminal(["TERM": term])
    #expect(!dumb.colorsErrors)
    #expect(!dumb.canRedraw)
    #expect(!dumb.canEditLines)
    #expect(terminal(["TERM": "xterm"]).canEditLines)
  }

  @Test("LC_ALL decides over LC_CTYPE over LANG whether symbols may be Unicode")
  func encoding() {
    #expect(terminal(["LANG": "de_DE.UTF-8"]).isUTF8)
    #expect(terminal(["LANG": "en_US.utf8"]).isUTF8)
    #expect(!terminal(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]).isUTF8)
    #expect(!terminal(["LANG": "de_DE.UTF-8", "LC_CTYPE": "POSIX"]).isUTF8)
    #expect(!terminal([:]).isUTF8)
  }

  @Test("Without a window the size comes from COLUMNS and LINES, else 80 by 24")
  func size() {
    let named = terminal(["COLUMNS": "132", "LINES": "50"])
    #expect([named.columns, named.rows] == [132, 50])
    let wrong = terminal(["COLUMNS": "-3", "LINES": "many"])
    #expect([wrong.columns, wrong.rows] == [80, 24])
  }
}
