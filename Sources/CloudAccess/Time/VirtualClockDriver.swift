import Dispatch
import Foundation
import Synchronization

/// The one thread that lets the virtual clocks of this process jump; a thread for each would keep the others from their rest.
final class VirtualClockDriver: Sendable {
  static let shared = VirtualClockDriver()

  private struct State {
    var clocks: [ObjectIdentifier: VirtualClock] = [:]
    var isRunning = false
  }

  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)

  func add(_ clock: VirtualClock) {
    let isFirst = state.withLock { state in
      state.clocks[ObjectIdentifier(clock)] = clock
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isFirst else { return }
    let thread = Thread { [self] in run() }
    thread.name = "virtual time"
    thread.start()
  }

  func remove(_ clock: VirtualClock) {
    state.withLock { $0.clocks[ObjectIdentifier(clock)] = nil }
  }

  /// Says that some clock might jump.
  func ring() { bell.signal() }

  private func run() {
    let rest = ProcessRest()
    rest.sharpenPauses()
    while true {
      bell.wait()
      var pauses = 0
      while true {
        let clocks = state.withLock { Array($0.clocks.values) }
        let ready = clocks.compactMap { clock in clock.readiness.map { (clock, $0) } }
        if ready.isEmpty { break }
        if rest.isAtRest() {
          for (clock, readiness) in ready { clock.jump(ifStill: readiness) }
          pauses = 0
        } else {
          for (clock, readiness) in ready where clock.hasLostPatience(at: readiness) {
            clock.jump(ifStill: readiness)
          }
          pauses += 1
          usleep(Self.pause(pauses))
        }
      }
    }
  }

  /// Microseconds until the next look: few while the rest of a short piece of work is waited for, more when somebody works in earnest
  /// and needs the core more than this thread does.
  private static func pause(_ number: Int) -> UInt32 {
    number <= 40 ? 30 : number <= 80 ? 250 : 2000
  }
}
