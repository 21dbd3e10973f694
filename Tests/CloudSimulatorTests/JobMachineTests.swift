import Foundation
import Testing

@testable import CloudSimulator

@Suite("The job machine")
struct JobMachineTests {
  private let start = Date(timeIntervalSince1970: 1_700_000_000)
  private let timing = JobMachine.Timing(base: 60, perGiB: 6)

  @Test("A job waits, reads its file, works for the disk's size and succeeds")
  func success() {
    var machine = JobMachine(startsAt: start + 2)
    #expect(machine.status == "INIT")
    #expect(machine.due == start + 2)
    #expect(machine.advance(to: start + 1) == nil)
    #expect(machine.advance(to: start + 2) == .inspect)
    #expect(machine.status == "RUNNING")
    #expect(machine.due == nil)
    machine.inspected(.good(virtualSize: 10 << 30, fileSize: 5), now: start + 3, timing: timing)
    #expect(machine.due == start + 122)
    #expect(machine.progress(at: start + 62) == 0.5)
    #expect(machine.advance(to: start + 121) == nil)
    #expect(machine.advance(to: start + 500) == .activate(virtualSize: 10 << 30, fileSize: 5))
    #expect(machine.status == "SUCCESS")
    #expect(machine.began == start + 2)
    #expect(machine.ended == start + 122)
    #expect(machine.advance(to: start + 1000) == nil)
  }

  @Test("A failure shows only at the end of the base time")
  func failure() {
    var machine = JobMachine(startsAt: start)
    _ = machine.advance(to: start)
    let failure = JobMachine.Failure(code: "IMG.0121", reason: "gone")
    machine.inspected(.bad(failure), now: start, timing: timing)
    #expect(machine.status == "RUNNING")
    #expect(machine.failure == nil)
    #expect(machine.advance(to: start + 60) == .kill(failure))
    #expect(machine.status == "FAIL")
    #expect(machine.failure == failure)
  }

  @Test("A verdict that comes late ends the job no earlier than itself")
  func lateVerdict() {
    var machine = JobMachine(startsAt: start)
    _ = machine.advance(to: start)
    machine.inspected(.good(virtualSize: 0, fileSize: 1), now: start + 1000, timing: timing)
    #expect(machine.due == start + 1000)
  }

  @Test("A reading that a restart cut off begins again, and a verdict out of turn is ignored")
  func restart() {
    var machine = JobMachine(startsAt: start)
    machine.inspected(.good(virtualSize: 0, fileSize: 1), now: start, timing: timing)
    #expect(machine.phase == .initializing(startsAt: start))
    _ = machine.advance(to: start)
    machine.resume()
    #expect(machine.phase == .initializing(startsAt: start))
    #expect(machine.advance(to: start + 9) == .inspect)
  }
}

@Suite("The queue of due things")
struct DueQueueTests {
  @Test("Things come out by their moment, equal moments in the order they went in")
  func order() {
    var generator = SeededGenerator(seed: 42)
    var queue = DueQueue<Int>()
    var expected: [(Int, Int)] = []
    for number in 0..<500 {
      let due = Int.random(in: 0..<50, using: &generator)
      queue.add(number, due: Date(timeIntervalSince1970: Double(due)))
      expected.append((due, number))
    }
    expected.sort { $0 < $1 }
    #expect(queue.take(at: Date(timeIntervalSince1970: -1)) == nil)
    var found: [Int] = []
    while let number = queue.take(at: Date(timeIntervalSince1970: 100)) { found.append(number) }
    #expect(found == expected.map(\.1))
  }
}

/// SplitMix64: the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
