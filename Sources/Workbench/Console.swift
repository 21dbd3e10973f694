import Synchronization

/// The only writer of standard output and standard error.
///
/// Data goes to standard output and everything else to standard error, but on a terminal both end up on one screen, where a live
/// region (progress) or a prompt may stand at the bottom. Because every byte passes here, under one lock, a line printed by a
/// script is never torn apart by a progress line, and the region is taken away and put back around it.
public final class Console: Sendable {
  private struct State {
    /// What should stand at the bottom of the screen; each line fits the window.
    var region: [String] = []
    /// How many rows of it stand there now; 0 while something else was written since.
    var drawnRows = 0
    /// Columns of those rows, for finding them again in a window of another width.
    var drawnWidths: [Int] = []
    /// Whole lines that go above the region with its next change, or before whatever else is written.
    var held: [UInt8] = []
    /// The cursor is not at the left margin: somebody wrote text without a newline.
    var lineIsOpen = false
    var prompt: (any PromptHolder)?
    var outputFailure: WriteFailure?
    var whenOutputFails: (@Sendable () -> Void)?
  }

  private enum Stream { case output, error }

  public let terminal: Terminal
  private let output: any ByteSink
  private let error: any ByteSink
  private let state = Mutex(State())

  public init(
    terminal: Terminal, output: any ByteSink = DescriptorSink(1), error: any ByteSink = DescriptorSink(2)
  ) {
    self.terminal = terminal
    self.output = output
    self.error = error
  }

  /// Data for standard output, byte for byte.
  public func write(_ bytes: [UInt8]) {
    emit(bytes, to: .output)
  }

  /// A line of data for standard output.
  public func print(_ text: String) {
    emit(Array((text + "\n").utf8), to: .output)
  }

  /// Lines for the user, on standard error. A missing newline at the end is added.
  public func note(_ text: String) {
    emit(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: .error)
  }

  /// A prompt without a newline, on standard error, for terminals that cannot be edited on.
  func showPrompt(_ text: String) {
    emit(Array(text.utf8), to: .error)
  }

  /// Why standard output could not be written, if so: `EPIPE` when its reader has gone. Nothing is written there any more.
  public var outputFailure: WriteFailure? { state.withLock { $0.outputFailure } }

  /// Called once when standard output can no longer be written: whoever produces the data should stop then.
  func whenOutputFails(_ action: (@Sendable () -> Void)?) {
    state.withLock { $0.whenOutputFails = action }
  }

  /// Replaces the lines at the bottom of the screen; without effect where standard error cannot be redrawn. `above` are lines
  /// that scroll up for good, in the same write. Lines must fit the window, or erasing them goes wrong.
  public func setLiveRegion(_ lines: [String], above: [String] = []) {
    var permanent = Array(above.map { $0 + "\n" }.joined().utf8)
    guard terminal.canRedraw else {
      if !permanent.isEmpty { emit(permanent, to: .error) }
      return
    }
    state.withLock { state in
      state.region = lines
      permanent = state.held + permanent
      state.held = []
      if let prompt = state.prompt, permanent.isEmpty || prompt.showAbove(permanent) { return }
      var bytes = eraser(&state)
      if state.lineIsOpen, !(permanent.isEmpty && lines.isEmpty) {
        bytes.append(UInt8(ascii: "\n"))
        state.lineIsOpen = false
      }
      bytes += permanent
      if state.prompt == nil {
        bytes += Array(lines.map { $0 + "\n" }.joined().utf8)
        state.drawnRows = lines.count
        state.drawnWidths = lines.map { DisplayText.width(Self.plain($0)) }
      }
      if !bytes.isEmpty { try? error.write(bytes) }
    }
  }

  /// Lines to be shown above the region with its next change, so that many of them at a time cost one change. They still come before
  /// whatever is written meanwhile.
  public func hold(_ lines: [String]) {
    guard terminal.canRedraw else { return note(lines.joined(separator: "\n")) }
    state.withLock { $0.held += Array(lines.map { $0 + "\n" }.joined().utf8) }
  }

  /// A line without colours.
  private static func plain(_ line: String) -> String {
    guard line.contains("\u{1B}") else { return line }
    return line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
  }

  /// While `holder` is set, what is for the screen is given to it, and no live region is drawn.
  func setPrompt(_ holder: (any PromptHolder)?) {
    state.withLock { state in
      if holder != nil {
        var bytes = eraser(&state)
        if state.lineIsOpen { bytes.append(UInt8(ascii: "\n")) }
        state.lineIsOpen = false
        if !bytes.isEmpty { try? error.write(bytes) }
      }
      state.prompt = holder
    }
  }

  private func emit(_ bytes: [UInt8], to stream: Stream) {
    guard !bytes.isEmpty else { return }
    let failed = state.withLock { state -> (@Sendable () -> Void)? in
      let onScreen = stream == .output ? terminal.outputIsTerminal : terminal.errorIsTerminal
      if onScreen {
        let held = state.held
        state.held = []
        if let prompt = state.prompt, prompt.showAbove(held + bytes) { return nil }
        let erase = eraser(&state) + held
        if !erase.isEmpty { try? error.write(erase) }
        state.lineIsOpen = bytes.last != UInt8(ascii: "\n")
      }
      switch stream {
      case .error: try? error.write(bytes)
      case .output:
        guard state.outputFailure == nil else { return nil }
        do throws(WriteFailure) {
          try output.write(bytes)
        } catch {
          state.outputFailure = error
          return state.whenOutputFails
        }
      }
      return nil
    }
    failed?()
  }

  /// Takes the region off the screen; it comes back with the next `setLiveRegion`, so that a script that prints much does not
  /// redraw it for every line.
  private func eraser(_ state: inout State) -> [UInt8] {
    guard state.drawnRows > 0 else { return [] }
    defer { state.drawnRows = 0 }
    // A window that became narrower has broken lines into several rows, as today's terminals do.
    let columns = Terminal.windowSize()?.columns ?? .max
    let rows = state.drawnWidths.reduce(0) { $0 + max(1, $1 / columns + ($1 % columns == 0 ? 0 : 1)) }
    // Row by row: terminals take clearing from the first cell on for clearing the screen, and keep a copy in the history.
    return Array(("\r\u{1B}[J" + String(repeating: "\u{1B}[A\u{1B}[2K", count: rows)).utf8)
  }
}
