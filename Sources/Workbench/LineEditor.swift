import CEdit
import Dispatch
import Foundation

/// Reads lines on a terminal with editing, history and completion, on a thread of its own.
///
/// While a prompt stands, everything else goes on: waiting calls, background jobs, and what they print, which is shown above the
/// prompt. libedit is not thread-safe, so all of it happens on one serial queue; other threads leave a message and ring a bell.
public final class LineEditor: LineSource, PromptHolder {
  /// The pointer to the C editor.
  ///
  /// `@unchecked Sendable` because it is used on the editor's serial queue only, but for `slip_edit_wake`, which C allows from
  /// anywhere.
  struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private let handle: Handle
  private let mailbox: EditorMailbox
  private let queue = DispatchQueue(label: "slipway.line-editor")

  /// Opens the terminal; nil if it cannot be used for editing.
  ///
  /// - Parameters:
  ///   - input: a terminal to read keys from.
  ///   - output: the same terminal, to draw on.
  ///   - history: earlier lines, oldest first.
  ///   - historyLimit: how many lines are kept in memory.
  public init?(input: Int32, output: Int32, history: [String] = [], historyLimit: Int = 2000) {
    let mailbox = EditorMailbox(output: output)
    let callbacks = slip_edit_callbacks(
      context: Unmanaged.passUnretained(mailbox).toOpaque(), woken: editorWoken, complete: editorCompletes)
    guard let pointer = slip_edit_open(input, output, "slipway", Int32(historyLimit), callbacks) else { return nil }
    handle = Handle(pointer: pointer)
    self.mailbox = mailbox
    mailbox.attach(handle)
    for line in history { slip_edit_remember(pointer, line) }
  }

  deinit {
    slip_edit_close(handle.pointer)
  }

  /// Changes what Tab does from now on.
  func changeCompleter(_ change: (inout Completer) -> Void) {
    mailbox.changeCompleter(change)
  }

  public func readLine(prompt: String) async -> LineEvent {
    guard mailbox.begin() else { return .ended }
    return await withCheckedContinuation { continuation in
      queue.async { [self] in
        let event = read(prompt)
        for bytes in mailbox.finish() {
          bytes.withUnsafeBytes { slip_edit_write(handle.pointer, $0.baseAddress, $0.count) }
        }
        continuation.resume(returning: event)
      }
    }
  }

  public func cancelLine() { mailbox.post { $0.cancelled = true } }
  public func end() { mailbox.post { $0.ended = true } }
  /// The window has another size.
  public func resized() { mailbox.post { $0.resized = true } }
  /// The process was stopped and goes on.
  public func resumed() { mailbox.post { $0.resumed = true } }

  public func remember(_ line: String) {
    queue.async { [self] in slip_edit_remember(handle.pointer, line) }
  }

  public func showAbove(_ bytes: [UInt8]) -> Bool {
    mailbox.show(bytes)
  }

  private func read(_ prompt: String) -> LineEvent {
    var line: UnsafePointer<CChar>?
    var length = 0
    switch slip_edit_read(handle.pointer, prompt, &line, &length) {
    case SLIP_EDIT_LINE:
      guard let line else { return .ended }
      return .line(Array(UnsafeRawBufferPointer(start: line, count: length)))
    case SLIP_EDIT_CANCELLED: return .cancelled
    default: return .ended
    }
  }
}

/// C calls this on the editing thread when somebody rang.
private func editorWoken(_ context: UnsafeMutableRawPointer?) -> slip_wake_action {
  guard let context else { return SLIP_WAKE_CONTINUE }
  return Unmanaged<EditorMailbox>.fromOpaque(context).takeUnretainedValue().deliver()
}

/// C calls this on the editing thread for Tab.
private func editorCompletes(
  _ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ length: Int
) -> slip_completion {
  guard let context, let text else { return slip_completion(erase: 0, insert: nil, listing: nil) }
  let line = text.withMemoryRebound(to: UInt8.self, capacity: length) {
    String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
  }
  let mailbox = Unmanaged<EditorMailbox>.fromOpaque(context).takeUnretainedValue()
  switch mailbox.complete(line) {
  case .none: return slip_completion(erase: 0, insert: nil, listing: nil)
  case .insert(let text): return slip_completion(erase: 0, insert: strdup(text), listing: nil)
  case .replace(let count, let text): return slip_completion(erase: Int32(count), insert: strdup(text), listing: nil)
  case .list(let choices):
    let lines = CompletionList.lines(choices, columns: mailbox.columns)
    return slip_completion(erase: 0, insert: nil, listing: strdup(lines.map { $0 + "\r\n" }.joined()))
  }
}
