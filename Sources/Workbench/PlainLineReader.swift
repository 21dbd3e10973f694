import Dispatch
import Foundation
import Synchronization

/// Reads lines from a pipe, a file or a terminal that only prints, without editing and without history.
///
/// Reading happens on a queue of its own, and a second pipe wakes it, so that a line can be given up from outside.
public final class PlainLineReader: LineSource {
  private struct State {
    var pending: [UInt8] = []
    /// So many bytes of `pending` are known to hold no newline.
    var searched = 0
    var sourceIsDry = false
    var cancelled = false
    var ended = false
    var reading = false
  }

  private let descriptor: Int32
  private let wake: (read: Int32, write: Int32)
  private let showPrompt: @Sendable (String) -> Void
  private let queue = DispatchQueue(label: "slipway.line-reader")
  private let state = Mutex(State())

  /// `showPrompt` gets each prompt; for a pipe it does nothing, so that output holds results only.
  public init(descriptor: Int32 = 0, showPrompt: @escaping @Sendable (String) -> Void = { _ in }) {
    self.descriptor = descriptor
    self.showPrompt = showPrompt
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    wake = (ends[0], ends[1])
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  public func readLine(prompt: String) async -> LineEvent {
    // Before the prompt: who sees it may give the line up at once.
    state.withLock { state in
      state.cancelled = false
      state.reading = true
    }
    showPrompt(prompt)
    return await withCheckedContinuation { continuation in
      queue.async { [self] in
        let event = next()
        state.withLock { $0.reading = false }
        continuation.resume(returning: event)
      }
    }
  }

  public func cancelLine() {
    ring { $0.cancelled = $0.reading }
  }

  public func end() {
    ring { $0.ended = true }
  }

  public func remember(_ line: String) {}

  private func ring(_ change: (inout State) -> Void) {
    state.withLock { change(&$0) }
    _ = write(wake.write, "w", 1)
  }

  private func next() -> LineEvent {
    while true {
      if let event = state.withLock({ Self.take(&$0) }) { return event }
      var ready = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&ready, 2, -1) < 0 {
        if errno == EINTR { continue }
        return .ended
      }
      if ready[1].revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wake.read, &bytes, bytes.count) > 0 {}
      }
      guard ready[0].revents != 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      state.withLock { state in
        if count > 0 {
          state.pending += bytes.prefix(count)
        } else {
          state.sourceIsDry = true
        }
      }
    }
  }

  private static func take(_ state: inout State) -> LineEvent? {
    if state.ended { return .ended }
    if state.cancelled {
      state.cancelled = false
      state.pending = []
      state.searched = 0
      return .cancelled
    }
    if let newline = state.pending[state.searched...].firstIndex(of: UInt8(ascii: "\n")) {
      state.searched = 0
      var line = Array(state.pending[..<newline])
      state.pending.removeSubrange(...newline)
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      return .line(line)
    }
    state.searched = state.pending.count
    guard state.sourceIsDry else { return nil }
    guard !state.pending.isEmpty else { return .ended }
    defer {
      state.pending = []
      state.searched = 0
    }
    return .line(state.pending)
  }
}
