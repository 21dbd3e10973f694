import Foundation
import Synchronization
import Testing

@testable import CloudAccess

@Suite("The virtual clock")
struct VirtualTimeTests {
  private final class Woken: Sendable {
    let list = Mutex<[(Int, Duration)]>([])
  }

  @Test("Sleepers wake in the order of their moments, each at its own, however long that is")
  func order() async throws {
    let time = VirtualTime()
    let start = time.now
    let woken = Woken()
    time.hold()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for hours in [5, 1, 3, 4, 2] {
        group.addTask {
          try await time.sleep(for: .seconds(hours * 3600))
          let at = time.monotonic
          woken.list.withLock { $0.append((hours, at)) }
        }
      }
      group.addTask {
        // Everybody is asleep before the clock goes.
        while time.sleeperCount < 5 { await Task.yield() }
        time.release()
      }
      try await group.waitForAll()
    }
    let order = woken.list.withLock { $0 }
    #expect(order.map(\.0) == [1, 2, 3, 4, 5])
    #expect(order.map(\.1) == [1, 2, 3, 4, 5].map { .seconds($0 * 3600) })
    #expect(time.now == start + 5 * 3600)
    #expect(time.jumpCount == 5)
  }

  @Test("What is put to sleep again and again finds exactly the time it slept")
  func chains() async throws {
    let time = VirtualTime()
    for _ in 0..<300 { try await time.sleep(for: .seconds(60)) }
    #expect(time.monotonic == .seconds(18_000))
    #expect(time.jumpCount == 300)
  }

  @Test("The clock stands while somebody holds it, and goes on afterwards")
  func holding() async throws {
    let time = VirtualTime(patience: .milliseconds(1))
    time.hold()
    let sleeper = Task { try await time.sleep(for: .seconds(10)) }
    while time.sleeperCount == 0 { await Task.yield() }
    // Far more than the clock's patience, so that a clock which ignored the hold would have gone.
    try await Task.sleep(for: .milliseconds(30))
    #expect(time.monotonic == .zero)
    time.release()
    try await sleeper.value
    #expect(time.monotonic == .seconds(10))
  }

  @Test("A cancelled sleeper leaves at once, and the clock does not go for it")
  func cancelling() async throws {
    let time = VirtualTime()
    time.hold()
    let sleeper = Task { try await time.sleep(for: .seconds(10)) }
    while time.sleeperCount == 0 { await Task.yield() }
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
    #expect(time.sleeperCount == 0)
    time.release()
    try await time.sleep(for: .seconds(1))
    #expect(time.monotonic == .seconds(1))
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await time.sleep(for: .seconds(10))
    }
    await #expect(throws: CancellationError.self) { try await early.value }
  }

  @Test("A clock that nobody uses any more is gone")
  func ending() async throws {
    weak var works: VirtualClock?
    do {
      let time = VirtualTime()
      works = time.core
      try await time.sleep(for: .seconds(1))
    }
    for _ in 0..<2000 where works != nil { try await Task.sleep(for: .milliseconds(1)) }
    #expect(works == nil)
  }

  @Test("A working thread keeps the clock where it is, within its patience")
  func working() async throws {
    let time = VirtualTime(patience: .seconds(60))
    let isDone = Atomic(false)
    let seen = Mutex<Duration?>(nil)
    time.hold()
    let sleeper = Task { try await time.sleep(for: .seconds(10)) }
    while time.sleeperCount == 0 { await Task.yield() }
    Thread {
      time.release()
      let end = ContinuousClock.now + .milliseconds(30)
      while ContinuousClock.now < end {}
      let now = time.monotonic
      seen.withLock { $0 = now }
      isDone.store(true, ordering: .releasing)
    }.start()
    try await sleeper.value
    let wasDone = isDone.load(ordering: .acquiring)
    #expect(wasDone)
    #expect(seen.withLock { $0 } == .zero)
  }

  @Test("Threads that come and go are seen, and what they do takes no time")
  func passingThreads() async throws {
    let time = VirtualTime(patience: .seconds(60))
    for round in 1...8 {
      let seen = Mutex<Duration?>(nil)
      time.hold()
      let sleeper = Task { try await time.sleep(for: .seconds(1)) }
      while time.sleeperCount == 0 { await Task.yield() }
      Thread {
        time.release()
        let end = ContinuousClock.now + .milliseconds(2)
        while ContinuousClock.now < end {}
        let now = time.monotonic
        seen.withLock { $0 = now }
      }.start()
      try await sleeper.value
      #expect(seen.withLock { $0 } == .seconds(round - 1))
    }
  }
}
