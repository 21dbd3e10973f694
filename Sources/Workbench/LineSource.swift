/// Where the REPL's lines come from: an editor on a terminal, or a plain reader of a pipe.
public protocol LineSource: Sendable {
  /// Waits for the next line. Called again only after it has returned.
  func readLine(prompt: String) async -> LineEvent
  /// Gives up the line that is being typed (Ctrl-C); nothing if none is.
  func cancelLine()
  /// Makes the line that is being read, and all further ones, end the input.
  func end()
  /// Puts a line into the history, where there is one.
  func remember(_ line: String)
}

/// What came of waiting for a line.
public enum LineEvent: Sendable, Equatable {
  /// Its bytes, without the newline.
  case line([UInt8])
  /// Given up by the user; a fresh prompt follows.
  case cancelled
  /// No more input.
  case ended
}
