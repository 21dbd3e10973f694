import Dispatch
import Foundation
import ImageImport
import Synchronization

/// Shows imports on standard error: on a terminal a live region of one line each, elsewhere plain lines with the time.
public final class ProgressRenderer: ImportEventSink {
  private struct State {
    var board = ProgressBoard()
    var drawnAt: Duration?
    var ticking = false
    var finished = false
    /// When lines were all there is: the last count of all.
    var countedAt: Duration?
  }

  /// The live region changes at most this often.
  static let interval: Duration = .milliseconds(100)
  /// Without a live region, so many imports at a time are counted now and then, and their steps are left out.
  static let many = 20
  private static let countInterval: Duration = .seconds(30)

  private let console: Console
  private let tellsFailures: Bool
  private let style: ScreenStyle
  private let clock: @Sendable () -> Duration
  private let wallClock: @Sendable () -> Date
  private let queue = DispatchQueue(label: "slipway.progress")
  private let state = Mutex(State())

  /// With `tellsFailures` false somebody else reports how an import failed, so that it is not said twice. `clock` counts from any
  /// moment on; `wallClock` stamps plain lines.
  public init(
    console: Console, tellsFailures: Bool = true, clock: (@Sendable () -> Duration)? = nil,
    wallClock: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.console = console
    self.tellsFailures = tellsFailures
    let start = ContinuousClock.now
    self.clock = clock ?? { start.duration(to: .now) }
    self.wallClock = wallClock
    style = console.terminal.errorStyle
  }

  public func emit(_ event: ImportEvent) {
    // Lines are written under the lock, so that they appear in the order of the events.
    let startTicking = state.withLock { state -> Bool in
      let now = clock()
      var notices = state.board.apply(event, at: now)
      if !tellsFailures, event.isFailure { notices = [] }
      guard console.terminal.canRedraw else {
        let time = Self.stamp(wallClock())
        for notice in notices where notice.kind != .step || !notice.isMinor || state.board.unfinished <= Self.many {
          console.note(notice.lines(style, time: time).joined(separator: "\n"))
        }
        count(&state, time, at: now)
        return false
      }
      let lines = notices.filter { $0.kind != .step }.flatMap { $0.lines(style) }
      let due = state.drawnAt.map { now - $0 >= Self.interval } ?? true
      if due || state.board.isIdle || state.finished {
        draw(&state, above: lines, at: now)
      } else if !lines.isEmpty {
        console.hold(lines)
      }
      guard !state.ticking, !state.finished, !state.board.isIdle else { return false }
      state.ticking = true
      return true
    }
    if startTicking { scheduleTick() }
  }

  /// Takes the live region off the screen; nothing is drawn after it. Call it when the work is over.
  public func finish() {
    state.withLock { state in
      state.finished = true
      console.setLiveRegion([])
    }
  }

  /// How all stand, where there are many and nothing else shows it.
  private func count(_ state: inout State, _ time: String, at now: Duration) {
    guard state.board.unfinished > Self.many else { return state.countedAt = nil }
    guard let last = state.countedAt else { return state.countedAt = now }
    guard now - last >= Self.countInterval else { return }
    state.countedAt = now
    console.note("\(style.paint(.dim, time)) \(state.board.summary(at: now))")
  }

  private func scheduleTick() {
    queue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak self] in self?.tick() }
  }

  /// Elapsed times go on and a region hidden by other output comes back, as long as something is under way.
  private func tick() {
    let again = state.withLock { state -> Bool in
      guard !state.finished else { return false }
      draw(&state, above: [], at: clock())
      state.ticking = !state.board.isIdle
      return state.ticking
    }
    if again { scheduleTick() }
  }

  private func draw(_ state: inout State, above: [String], at now: Duration) {
    guard !state.finished else {
      console.setLiveRegion([], above: above)
      return
    }
    var style = style
    if let size = Terminal.windowSize() { (style.columns, style.rows) = size }
    console.setLiveRegion(state.board.liveLines(at: now, style: style), above: above)
    state.drawnAt = now
  }

  private static func stamp(_ date: Date) -> String {
    date.formatted(.iso8601)
  }
}

extension ImportEvent {
  /// Whether an import ends without an image, or is no longer waited for.
  fileprivate var isFailure: Bool {
    switch self {
    case .failed, .detached: true
    default: false
    }
  }
}
