import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("Whatever happens to a job")
struct JobPollFuzzTests {
  /// A machine among random events, with what must hold after each.
  private struct World {
    var random: SplitMix
    var machine: JobPollStateMachine
    var now = Duration.zero
    var waiting: Set<Int> = []
    var lastWaiter = 0
    var isAsking = false
    var isLooking = false
    var ended = 0

    init(seed: UInt64) {
      random = SplitMix(seed: seed)
      let reference = JobReference(
        id: "j", imageName: seed.isMultiple(of: 3) ? nil : "web01",
        submittedAt: Date(timeIntervalSince1970: 1_700_000_000))
      machine = JobPollStateMachine(
        policy: PollPolicy(), reference: reference, age: seed.isMultiple(of: 2) ? .seconds(3) : nil, now: .zero)
      subscribe()
    }

    var isOver: Bool { ended > 0 }

    mutating func subscribe() {
      lastWaiter += 1
      machine.subscribe(lastWaiter, limit: .seconds(Int.random(in: 1...5000, using: &random)), now: now)
      waiting.insert(lastWaiter)
    }

    mutating func take(_ actions: [JobPollStateMachine.Action]) {
      for action in actions {
        #expect(ended == 0, "nothing happens after the end")
        switch action {
        case .query:
          #expect(!isAsking && !isLooking)
          isAsking = true
        case .lookUp:
          #expect(!isAsking && !isLooking)
          isLooking = true
        case .detach(let waiter, _, _): #expect(waiting.remove(waiter) != nil)
        case .end:
          ended += 1
          #expect(!waiting.isEmpty)
        case .forget:
          ended += 1
          #expect(waiting.isEmpty)
        case .degraded(_, let pause): #expect(pause > .zero && pause <= .seconds(4000))
        case .progress, .warn: break
        }
      }
      if ended == 0 {
        #expect(machine.nextDue != nil, "someone waits, so something is due")
      } else {
        #expect(machine.nextDue == nil)
      }
    }

    mutating func step() {
      switch Int.random(in: 0..<10, using: &random) {
      case 0: subscribe()
      case 1:
        guard let waiter = waiting.randomElement(using: &random) else { return }
        waiting.remove(waiter)
        take(machine.unsubscribe(waiter))
      case 2: take(machine.due(now: now))
      case 3...5 where isAsking || isLooking: answer()
      default:
        guard let due = machine.nextDue else { return }
        now = max(now, due)
        take(machine.due(now: now))
      }
    }

    private mutating func answer() {
      let jitter = Double.random(in: 0...1, using: &random)
      let fails = Int.random(in: 0..<3, using: &random) == 0
      let looked = isLooking
      (isAsking, isLooking) = (false, false)
      if fails {
        let kind = CloudError.Kind.allCases.randomElement(using: &random) ?? .service
        var error = CloudError(kind: kind, message: "x", retryable: Bool.random(using: &random), delivery: .answered)
        if Bool.random(using: &random) { error.retryAfter = .seconds(Int.random(in: 0...3600, using: &random)) }
        take(machine.queryFailed(error, now: now, random: jitter))
      } else if looked {
        let images = Bool.random(using: &random) ? [] : [ImageRecord(json: ["id": "i", "status": "active"])]
        take(machine.lookedUp(images, now: now, random: jitter))
      } else {
        let status = ["INIT", "RUNNING", "RUNNING", "ODD", "SUCCESS", "FAIL"].randomElement(using: &random) ?? ""
        let percent = JSONValue.number(Double.random(in: 0...1, using: &random))
        let json: JSONValue = ["status": .string(status), "entities": ["process_percent": percent]]
        take(machine.answered(JobStatus(json: json), now: now, random: jitter))
      }
    }
  }

  @Test("it ends once, asks one question at a time, and something is due while someone waits", arguments: 0..<300)
  func invariants(seed: UInt64) {
    var world = World(seed: seed)
    for _ in 0..<400 where !world.isOver { world.step() }
    if world.isOver {
      #expect(world.machine.due(now: world.now + .seconds(1_000_000)) == [])
      #expect(world.machine.unsubscribe(1) == [])
    }
  }
}
