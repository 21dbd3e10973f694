import CEdit
import Synchronization

/// What other threads want of the editing thread, kept until it looks.
final class EditorMailbox: Sendable {
  struct Messages {
    var cancelled = false
    var ended = false
    var resized = false
    var resumed = false
  }

  private struct State {
    var messages = Messages()
    /// Bytes to be shown above the prompt, in the order they came.
    var outbox: [[UInt8]] = []
    /// A prompt is on the screen, or about to be.
    var reading = false
    var handle: LineEditor.Handle?
    var completer = Completer()
  }

  private let output: Int32
  private let state = Mutex(State())

  /// `output` is the terminal that is drawn on.
  init(output: Int32) { self.output = output }

  /// The width of the window, as it is now.
  var columns: Int {
    var (columns, rows): (Int32, Int32) = (80, 24)
    return slip_window_size(output, &columns, &rows) == 0 && columns > 0 ? Int(columns) : 80
  }

  func attach(_ handle: LineEditor.Handle) {
    state.withLock { $0.handle = handle }
  }

  func changeCompleter(_ change: (inout Completer) -> Void) {
    state.withLock { change(&$0.completer) }
  }

  /// Outside the lock, since it may wait.
  func complete(_ text: String) -> LineCompletion {
    state.withLock { $0.completer }.complete(text)
  }

  /// A line begins: what was meant for the one before is forgotten. False after `ended`.
  func begin() -> Bool {
    state.withLock { state in
      state.messages.cancelled = false
      state.reading = !state.messages.ended
      return state.reading
    }
  }

  /// The line is over; returns what was still to be shown.
  func finish() -> [[UInt8]] {
    state.withLock { state in
      defer { state.outbox = [] }
      state.reading = false
      return state.outbox
    }
  }

  /// Leaves a message and wakes the editing thread if it is reading.
  func post(_ change: (inout Messages) -> Void) {
    state.withLock { state in
      change(&state.messages)
      if state.reading, let handle = state.handle { slip_edit_wake(handle.pointer) }
    }
  }

  /// False if no prompt is there to be printed above of.
  func show(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      guard state.reading, let handle = state.handle else { return false }
      state.outbox.append(bytes)
      slip_edit_wake(handle.pointer)
      return true
    }
  }

  /// On the editing thread: does what the messages ask.
  func deliver() -> slip_wake_action {
    let (messages, outbox, handle) = state.withLock { state in
      defer {
        state.messages.resized = false
        state.messages.resumed = false
        state.outbox = []
      }
      return (state.messages, state.outbox, state.handle)
    }
    guard let handle else { return SLIP_WAKE_CONTINUE }
    if messages.resized { slip_edit_resized(handle.pointer) }
    if messages.resumed { slip_edit_resumed(handle.pointer) }
    if !outbox.isEmpty {
      slip_edit_hide(handle.pointer)
      let bytes = Self.screenLines(outbox)
      bytes.withUnsafeBytes { slip_edit_write(handle.pointer, $0.baseAddress, $0.count) }
      slip_edit_show(handle.pointer)
    }
    if messages.ended { return SLIP_WAKE_END }
    return messages.cancelled ? SLIP_WAKE_CANCEL : SLIP_WAKE_CONTINUE
  }

  /// Whole lines with carriage returns, since the terminal is in the editor's mode.
  static func screenLines(_ chunks: [[UInt8]]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in chunks.joined() {
      if byte == UInt8(ascii: "\n"), result.last != UInt8(ascii: "\r") { result.append(UInt8(ascii: "\r")) }
      result.append(byte)
    }
    if result.last != UInt8(ascii: "\n") { result += Array("\r\n".utf8) }
    return result
  }
}
