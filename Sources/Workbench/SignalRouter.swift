import CEdit
import Dispatch
import Foundation
import Synchronization

/// Reads the numbers that the C signal handler writes into its pipe and calls the trap that is on top.
///
/// One per process, because signal dispositions are.
final class SignalRouter: Sendable {
  static let shared = SignalRouter()

  private struct Entry {
    var id: UInt64
    var signals: [SignalTrap.Signal]
    var handler: @Sendable (SignalTrap.Signal) -> Void
  }

  private struct State {
    var nextID: UInt64 = 1
    var entries: [Entry] = []
    var source: (any DispatchSourceRead)?
  }

  private let queue = DispatchQueue(label: "slipway.signals")
  private let state = Mutex(State())

  func add(_ signals: [SignalTrap.Signal], _ handler: @escaping @Sendable (SignalTrap.Signal) -> Void) -> UInt64 {
    state.withLock { state in
      let id = state.nextID
      state.nextID += 1
      state.entries.append(Entry(id: id, signals: signals, handler: handler))
      if state.source == nil { state.source = makeSource() }
      for signal in signals { slip_signals_trap(signal.rawValue) }
      return id
    }
  }

  func remove(_ id: UInt64) {
    state.withLock { state in
      guard let index = state.entries.firstIndex(where: { $0.id == id }) else { return }
      let entry = state.entries.remove(at: index)
      for signal in entry.signals where !state.entries.contains(where: { $0.signals.contains(signal) }) {
        slip_signals_release(signal.rawValue)
      }
    }
  }

  private func makeSource() -> (any DispatchSourceRead)? {
    let descriptor = slip_signals_descriptor()
    guard descriptor >= 0 else { return nil }
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { [unowned self] in deliver(from: descriptor) }
    source.activate()
    return source
  }

  private func deliver(from descriptor: Int32) {
    var numbers = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &numbers, numbers.count)
    guard count > 0 else { return }
    for number in numbers.prefix(count) {
      guard let signal = SignalTrap.Signal(rawValue: Int32(number)) else { continue }
      let handler = state.withLock { $0.entries.last { $0.signals.contains(signal) }?.handler }
      handler?(signal)
    }
  }
}
