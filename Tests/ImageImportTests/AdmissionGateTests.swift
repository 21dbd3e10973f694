import Testing

@testable import ImageImport

@Suite("The gate of imports")
struct AdmissionGateTests {
  /// A gate that knows the quota, with tickets 1… under way and in the queue.
  private func gate(_ tickets: Int, free: Int? = 1000, ceiling: Int = 40) -> AdmissionGate {
    var gate = AdmissionGate(policy: AdmissionGate.Policy(ceiling: ceiling))
    for ticket in 1...max(tickets, 1) { _ = gate.request(ticket, now: .zero) }
    _ = gate.quotaAnswered(free: free, now: .zero)
    return gate
  }

  @Test("a single import asks nothing and waits for nothing")
  func single() {
    var gate = AdmissionGate()
    #expect(gate.request(1, now: .zero) == [.admit(1)])
    #expect(gate.ended(1, madeImage: true, now: .seconds(1)) == [])
  }

  @Test("the second asks for the quota, and all wait for the answer but the first")
  func quotaFirst() {
    var gate = AdmissionGate()
    #expect(gate.request(1, now: .zero) == [.admit(1)])
    #expect(gate.request(2, now: .zero) == [.askQuota])
    #expect(gate.request(3, now: .zero) == [])
    #expect(gate.quotaAnswered(free: 2, now: .zero) == [.admit(2)])
    #expect(gate.inFlightCount == 2 && gate.queueCount == 1 && gate.limit == 2)
  }

  @Test("a quota that cannot be asked for is no limit")
  func unknownQuota() {
    let gate = gate(60, free: nil)
    #expect(gate.inFlightCount == 40 && gate.queueCount == 20)
  }

  @Test("lets forty be under way, and the next one in for each that ends, first come, first served")
  func order() {
    var gate = gate(45)
    #expect(gate.inFlightCount == 40)
    #expect((41...45).map { gate.position(of: $0) } == [0, 1, 2, 3, 4])
    for ticket in 41...45 {
      let actions = gate.ended(ticket - 40, madeImage: true, now: .seconds(ticket))
      #expect(actions.contains(.admit(ticket)))
      _ = gate.quotaAnswered(free: 1000, now: .seconds(ticket))
    }
    #expect(gate.queueCount == 0 && gate.inFlightCount == 40)
  }

  @Test("leaves the queue when cancelled there, and gives its place back when it was not used")
  func withdrawal() {
    var gate = gate(43)
    #expect(gate.withdraw(41, now: .zero) == [])
    #expect(gate.position(of: 42) == 0 && gate.position(of: 41) == nil)
    #expect(gate.withdraw(7, now: .zero) == [.admit(42)])
    #expect(gate.withdraw(7, now: .zero) == [] && gate.inFlightCount == 40)
  }

  @Test("learns from refusals how many the cloud takes, and puts the refused ahead of later ones")
  func learning() {
    var gate = gate(45)
    // Others have twenty tasks: the last twenty of ours are refused.
    for ticket in 21...40 { #expect(gate.refused(ticket, .tasks, now: .zero) == []) }
    #expect(gate.limit == 20 && gate.inFlightCount == 20)
    #expect(gate.position(of: 21) == 0 && gate.position(of: 40) == 19 && gate.position(of: 41) == 20)
    let actions = gate.ended(1, madeImage: true, now: .seconds(10))
    #expect(actions.contains(.admit(21)))
  }

  @Test("rises again by one after a minute, more slowly after another refusal, up to the ceiling")
  func recovery() {
    var gate = gate(45)
    for ticket in 21...40 { _ = gate.refused(ticket, .tasks, now: .zero) }
    for ticket in 1...20 { gate.accepted(ticket) }
    #expect(gate.due(now: .seconds(59)) == [])
    #expect(gate.due(now: .seconds(60)) == [.admit(21)] && gate.limit == 21)
    _ = gate.refused(21, .tasks, now: .seconds(61))
    #expect(gate.limit == 20)
    #expect(gate.due(now: .seconds(125)) == [], "one minute is not enough now")
    var now = Duration.seconds(125)
    var rounds = 0
    while let due = gate.nextDue, rounds < 1000 {
      now = due
      for case .admit(let ticket) in gate.due(now: now) { gate.accepted(ticket) }
      rounds += 1
    }
    #expect(gate.limit == 40 && gate.inFlightCount == 40, "\(rounds) rounds")
  }

  @Test("knocks again with growing pauses when no import of ours is the reason")
  func foreignLoad() {
    var gate = AdmissionGate()
    #expect(gate.request(1, now: .zero) == [.admit(1)])
    var now = Duration.zero
    var pauses: [Double] = []
    for _ in 0..<6 {
      _ = gate.refused(1, .tasks, now: now)
      let due = gate.nextDue ?? .zero
      pauses.append((due - now) / .seconds(1))
      #expect(gate.due(now: due - .milliseconds(1)) == [])
      now = due
      #expect(gate.due(now: now) == [.admit(1)])
    }
    #expect(pauses == [5, 10, 20, 40, 60, 60])
  }

  @Test("asks for the quota again when the cloud says that it is used up, and goes on one by one")
  func quotaUsedUp() {
    var gate = gate(10)
    #expect(gate.inFlightCount == 10)
    _ = gate.request(11, now: .zero)
    #expect(gate.refused(11, .images, now: .seconds(1)) == [.askQuota])
    #expect(gate.quotaAnswered(free: 0, now: .seconds(2)) == [])
    #expect(gate.limit == 1 && gate.position(of: 11) == 0)
    for ticket in 1...9 { _ = gate.ended(ticket, madeImage: true, now: .seconds(3)) }
    _ = gate.quotaAnswered(free: 0, now: .seconds(3))
    #expect(gate.position(of: 11) == 0 && gate.hasOthers(than: 11))
    let actions = gate.ended(10, madeImage: false, now: .seconds(4))
    #expect(actions.contains(.admit(11)), "one that failed gives its place back")
  }

  @Test("imports found under way count, whatever the limit")
  func occupied() {
    var gate = AdmissionGate()
    for ticket in 1...50 { gate.occupy(ticket) }
    _ = gate.request(51, now: .zero)
    _ = gate.quotaAnswered(free: 1000, now: .zero)
    #expect(gate.queueCount == 1)
    for ticket in 1...10 {
      let actions = gate.ended(ticket, madeImage: true, now: .zero)
      #expect(!actions.contains(.admit(51)))
    }
    _ = gate.quotaAnswered(free: 1000, now: .zero)
    let actions = gate.ended(11, madeImage: true, now: .zero)
    #expect(actions.contains(.admit(51)))
  }

  @Test("never has more under way than the limit, loses nobody, and keeps the order", arguments: UInt64(0)..<100)
  func anything(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var gate = AdmissionGate(policy: AdmissionGate.Policy(ceiling: 8))
    var now = Duration.zero
    var last = 0
    var waiting: Set<Int> = []
    var underWay: Set<Int> = []
    func take(_ actions: [AdmissionGate.Action]) -> [Int] {
      actions.compactMap { if case .admit(let ticket) = $0 { ticket } else { nil } }
    }
    for _ in 0..<600 {
      now += .seconds(Double.random(in: 0...20, using: &random))
      var admitted: [Int] = []
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1:
        last += 1
        waiting.insert(last)
        admitted = take(gate.request(last, now: now))
      case 2, 3:
        guard let ticket = underWay.randomElement(using: &random) else { continue }
        underWay.remove(ticket)
        admitted = take(gate.ended(ticket, madeImage: Bool.random(using: &random), now: now))
      case 4:
        guard let ticket = underWay.randomElement(using: &random) else { continue }
        underWay.remove(ticket)
        waiting.insert(ticket)
        admitted = take(gate.refused(ticket, Bool.random(using: &random) ? .tasks : .images, now: now))
      case 5:
        guard let ticket = waiting.union(underWay).randomElement(using: &random) else { continue }
        waiting.remove(ticket)
        underWay.remove(ticket)
        admitted = take(gate.withdraw(ticket, now: now))
      default:
        admitted = take(gate.quotaAnswered(free: Int.random(in: 0...10, using: &random), now: now))
        if let due = gate.nextDue {
          now = max(now, due)
          admitted += take(gate.due(now: now))
        }
      }
      for ticket in admitted {
        #expect(waiting.remove(ticket) != nil)
        #expect(waiting.allSatisfy { $0 > ticket }, "first come, first served")
        underWay.insert(ticket)
      }
      #expect(admitted.isEmpty || underWay.count <= gate.limit)
      #expect(gate.inFlightCount == underWay.count && gate.queueCount == waiting.count)
    }
    // Whoever waits gets in at last.
    var rounds = 0
    while !waiting.isEmpty, rounds < 10_000 {
      rounds += 1
      var admitted = take(gate.quotaAnswered(free: 100, now: now))
      if let ticket = underWay.popFirst() { admitted += take(gate.ended(ticket, madeImage: true, now: now)) }
      if let due = gate.nextDue {
        now = max(now, due)
        admitted += take(gate.due(now: now))
      }
      for ticket in admitted {
        waiting.remove(ticket)
        underWay.insert(ticket)
      }
    }
    #expect(waiting.isEmpty)
  }
}
