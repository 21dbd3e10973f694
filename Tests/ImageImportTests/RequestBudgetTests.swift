import CloudAccess
import Testing

@testable import ImageImport

@Suite("The request budget")
struct RequestBudgetTests {
  /// How many of the kinds go between two moments when they ask every 10 ms.
  private func drain(
    _ budget: inout RequestBudget, _ kinds: [RequestKind], from: Double, to: Double
  ) -> [RequestKind: Int] {
    var counts: [RequestKind: Int] = [:]
    var moment = from
    while moment < to {
      for kind in kinds where budget.take(kind, now: .seconds(moment)) { counts[kind, default: 0] += 1 }
      moment += 0.01
    }
    return counts
  }

  @Test("lets a burst go, then the rate")
  func burst() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 5))
    let first = drain(&budget, RequestKind.allCases, from: 0, to: 0.075).values.reduce(0, +)
    #expect(first == 10)
    let later = drain(&budget, RequestKind.allCases, from: 0.075, to: 100).values.reduce(0, +)
    #expect((495...500).contains(later), "\(later)")
  }

  @Test("keeps a share for each kind when all want more than there is")
  func shares() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 10))
    _ = drain(&budget, RequestKind.allCases, from: 0, to: 10)
    let counts = drain(&budget, RequestKind.allCases, from: 10, to: 110)
    #expect(abs((counts[.submit] ?? 0) - 200) <= 2, "\(counts)")
    #expect(abs((counts[.poll] ?? 0) - 600) <= 2, "\(counts)")
    #expect(abs((counts[.list] ?? 0) - 200) <= 2, "\(counts)")
  }

  @Test("lends what other kinds leave unused", arguments: RequestKind.allCases)
  func lending(kind: RequestKind) {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 10))
    _ = drain(&budget, [kind], from: 0, to: 10)
    let count = drain(&budget, [kind], from: 10, to: 110)[kind] ?? 0
    #expect((990...1001).contains(count), "\(count)")
  }

  @Test("halves at 429, once for all answers to requests from before, and recovers a tenth a minute")
  func throttling() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 10))
    budget.throttled(sentAt: .seconds(1), retryAfter: nil, told: nil, now: .seconds(2))
    #expect(budget.rate == 5)
    budget.throttled(sentAt: .seconds(1.5), retryAfter: nil, told: nil, now: .seconds(2.1))
    #expect(abs(budget.rate - 5) < 0.01)
    budget.throttled(sentAt: .seconds(3), retryAfter: nil, told: nil, now: .seconds(3.5))
    #expect(abs(budget.rate - 2.5) < 0.02 && budget.isSlowed)
    _ = budget.delay(.poll, now: .seconds(63.5))
    #expect(abs(budget.rate - 3.5) < 0.02)
    _ = budget.delay(.poll, now: .seconds(3000))
    #expect(budget.rate == 10 && !budget.isSlowed)
  }

  @Test("never falls below the least rate")
  func floor() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 10, minimumRate: 0.5))
    for second in 1...60 {
      budget.throttled(sentAt: .seconds(second), retryAfter: nil, told: nil, now: .seconds(Double(second) + 0.1))
    }
    #expect(budget.rate >= 0.5 && budget.rate < 0.6)
  }

  @Test("does nothing before Retry-After is over")
  func retryAfter() {
    var budget = RequestBudget()
    budget.throttled(sentAt: .zero, retryAfter: .seconds(30), told: nil, now: .seconds(1))
    for kind in RequestKind.allCases {
      let delay = budget.delay(kind, now: .seconds(21))
      let early = budget.take(kind, now: .seconds(30.9))
      #expect(delay >= .seconds(10) && !early)
    }
    for kind in RequestKind.allCases {
      let isLet = budget.take(kind, now: .seconds(31))
      #expect(isLet)
    }
  }

  @Test("takes the limit that the cloud names, in the cloud's time")
  func toldLimit() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 100))
    budget.throttled(sentAt: .zero, retryAfter: nil, told: 3, now: .seconds(1))
    #expect(budget.rate == 3)
    var fast = RequestBudget(policy: RequestBudget.Policy(rate: 100).scaled(by: 1000))
    fast.throttled(sentAt: .zero, retryAfter: nil, told: 3, now: .seconds(1))
    #expect(fast.rate == 3000)
  }

  @Test("promises later moments to later callers, and takes a token back")
  func reservations() {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: 5))
    _ = drain(&budget, RequestKind.allCases, from: 0, to: 0.05)
    var promised: [Duration] = []
    for _ in 0..<20 { promised.append(budget.reserve(.submit, now: .seconds(0.05))) }
    #expect(promised == promised.sorted())
    #expect(promised[0] > .zero && promised[19] > promised[0])
    let before = budget.delay(.submit, now: .seconds(0.05))
    budget.giveBack(.submit)
    let after = budget.delay(.submit, now: .seconds(0.05))
    #expect(after < before)
  }

  @Test("never lets more go than burst and rate allow, whatever is asked", arguments: UInt64(0)..<50)
  func bound(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let rate = Double.random(in: 0.5...200, using: &random)
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: rate))
    var now = 0.0
    var gone: [Double] = []
    for _ in 0..<2000 {
      now += Double.random(in: 0...(3 / rate), using: &random)
      let kind = RequestKind.allCases.randomElement(using: &random) ?? .poll
      let delay = budget.delay(kind, now: .seconds(now))
      if budget.take(kind, now: .seconds(now)) {
        #expect(delay == .zero)
        gone.append(now)
      } else {
        #expect(delay > .zero)
      }
    }
    // In no window do more go than its length and one burst allow.
    for first in stride(from: 0, to: gone.count, by: 37) {
      for last in stride(from: first, to: gone.count, by: 41) {
        let allowed: Double = budget.policy.burst + rate * (gone[last] - gone[first])
        #expect(Double(last - first) <= allowed + 1e-6)
      }
    }
  }

  @Test("knows the kinds of calls")
  func kinds() {
    #expect(RequestKind(APICall(method: "POST", path: "/v2/cloudimages/quickimport/action")) == .submit)
    #expect(RequestKind(APICall(path: "/v1/{project_id}/jobs/j1")) == .poll)
    #expect(RequestKind(APICall(path: "/v2/cloudimages")) == .list)
    #expect(RequestKind(APICall(service: .identity, method: "POST", path: "/auth/tokens")) == nil)
  }

  @Test("Callers that wait side by side get what the others leave, and no more than the rate", arguments: [5.0, 500])
  func sideBySide(rate: Double) {
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: rate))
    var callers = DueHeap<Int>()
    for caller in 0..<40 { callers.insert(caller, due: .zero) }
    var made = 0
    while let (now, caller) = callers.popFirst(), now < .seconds(20) {
      let leaves = now + budget.reserve(.submit, now: now)
      if leaves <= .seconds(20) { made += 1 }
      callers.insert(caller, due: leaves + .microseconds(200))
    }
    #expect(Double(made) <= budget.policy.burst + rate * 20 + 1)
    #expect(Double(made) >= rate * 20 * 0.95)
  }
}
