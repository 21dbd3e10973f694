import Foundation
import Synchronization
import Testing

@testable import Workbench

@Suite("Signals", .timeLimit(.minutes(1)), .serialized)
struct SignalTrapTests {
  @Test("A trap gets its signals, the youngest first, and gives them back")
  func stacked() async {
    // SIGCONT and SIGWINCH do nothing by themselves, so a mistake here does not end the tests.
    let (outer, outerCount) = counter([.continued, .windowChange])
    do {
      let (inner, innerCount) = counter([.continued])
      kill(getpid(), SIGCONT)
      kill(getpid(), SIGWINCH)
      #expect(await innerCount.reaches(1))
      #expect(await outerCount.reaches(1))
      inner.cancel()
      inner.cancel()
      kill(getpid(), SIGCONT)
      #expect(await outerCount.reaches(2))
      #expect(innerCount.value == 1)
    }
    outer.cancel()
    var now = sigaction()
    sigaction(SIGCONT, nil, &now)
    #expect(now.__sigaction_handler.sa_handler == nil)
  }

  private func counter(_ signals: [SignalTrap.Signal]) -> (SignalTrap, Counter) {
    let counter = Counter()
    return (SignalTrap(signals) { _ in counter.add() }, counter)
  }
}

/// Counts, and waits for a count with a limit of ten seconds.
private final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }

  func reaches(_ target: Int) async -> Bool {
    for _ in 0..<10_000 {
      if value >= target { return true }
      try? await Task.sleep(for: .milliseconds(1))
    }
    return false
  }
}
