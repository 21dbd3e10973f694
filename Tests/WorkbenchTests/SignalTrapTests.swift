import Foundation
import Synchronization
import Testing

@testable import Workbench

@Suite("Signals", .timeLimit(.minutes(1)), .serialized)
struct SignalTrapTests {
  @Test("A trap gets its signals, the youngest first, and gives them back")
  func stacked() async {
    // Signals that nothing else in the tests traps: dispositions belong to the whole process.
    let (outer, outerCount) = counter([.user1, .user2])
    do {
      let (inner, innerCount) = counter([.user1])
      kill(getpid(), SIGUSR1)
      kill(getpid(), SIGUSR2)
      #expect(await innerCount.reaches(1))
      #expect(await outerCount.reaches(1))
      inner.cancel()
      inner.cancel()
      kill(getpid(), SIGUSR1)
      #expect(await outerCount.reaches(2))
      #expect(innerCount.value == 1)
    }
    outer.cancel()
    var now = sigaction()
    sigaction(SIGUSR1, nil, &now)
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
