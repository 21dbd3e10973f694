/// Where a session's lines come from: an editor on a terminal that allows it, else a plain reader.
///
/// It outlives a session, so that the next one goes on where the lines of a pipe are.
public struct ReplInput: Sendable {
  let source: any LineSource
  /// The same source, where it is an editor.
  let editor: LineEditor?

  /// Opens this process's own standard input.
  public init(console: Console, history: HistoryFile? = nil) {
    let terminal = console.terminal
    if terminal.canEditLines,
      let editor = LineEditor(input: 0, output: terminal.errorIsTerminal ? 2 : 1, history: history?.load() ?? [])
    {
      (source, self.editor) = (editor, editor)
      return
    }
    source = PlainLineReader { prompt in
      if terminal.inputIsTerminal { console.showPrompt(prompt) }
    }
    editor = nil
  }
}
