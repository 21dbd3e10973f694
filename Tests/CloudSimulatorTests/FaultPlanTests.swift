import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("A plan of faults")
struct FaultPlanTests {
  private let start = Date(timeIntervalSince1970: 1_700_000_000)
  private let submit = FaultFacts(call: .submit, method: "POST", path: "/v2/cloudimages/quickimport/action")

  /// Which of so many calls of a kind are struck, counted from 1.
  private func struck(_ match: FaultMatch, calls: Int = 12, seed: UInt64 = 1) -> [Int] {
    var plan = FaultPlan(seed: seed)
    plan.add(Fault(.replyLostAfter, match), at: start)
    return (1...calls).filter { _ in !plan.decide(submit, at: start).isEmpty }
  }

  @Test("A fault strikes every call it meets, or the nth, every so many, or so many at most")
  func counting() {
    #expect(struck(FaultMatch([.submit]), calls: 3) == [1, 2, 3])
    #expect(struck(FaultMatch([.submit], nth: 2)) == [2])
    #expect(struck(FaultMatch([.submit], every: 5)) == [5, 10])
    #expect(struck(FaultMatch([.submit], count: 2)) == [1, 2])
    #expect(struck(FaultMatch([.submit], every: 3, count: 2)) == [3, 6])
    #expect(struck(FaultMatch([.job])) == [])
    #expect(struck(FaultMatch(method: "POST", path: "/v2/*/action"), calls: 1) == [1])
    #expect(struck(FaultMatch(method: "GET")) == [])
    #expect(struck(FaultMatch(path: "/v2/cloudimages")) == [])
  }

  @Test("Chance follows the seed: the same in every run, another for another seed, about as often as asked")
  func chance() {
    let half = FaultMatch([.submit], probability: 0.3)
    let first = struck(half, calls: 1000, seed: 7)
    #expect(first == struck(half, calls: 1000, seed: 7))
    #expect(first != struck(half, calls: 1000, seed: 8))
    #expect((230...370).contains(first.count))
    #expect(struck(FaultMatch(probability: 0)).isEmpty)
    #expect(struck(FaultMatch(probability: 1)).count == 12)
  }

  @Test("What one fault meets does not change the chances of another")
  func independence() {
    var alone = FaultPlan(seed: 3)
    alone.add(Fault(.replyLostAfter, FaultMatch([.submit], probability: 0.5)), at: start)
    var together = alone
    together.add(Fault(.requestCut(after: nil), FaultMatch([.job], probability: 0.5)), at: start)
    for _ in 0..<100 {
      _ = together.decide(FaultFacts(call: .job), at: start)
      let (one, both) = (alone.decide(submit, at: start), together.decide(submit, at: start))
      #expect(one == both)
    }
  }

  @Test("A fault holds from and until its times, counted from when it was set")
  func times() {
    var plan = FaultPlan()
    plan.add(Fault(.requestCut(after: nil), FaultMatch([.submit], after: .seconds(10), until: .seconds(20))), at: start)
    for (age, isStruck) in [(0.0, false), (9.9, false), (10, true), (19.9, true), (20, false)] {
      let next = plan.decide(submit, at: start + age)
      #expect(next.isEmpty == !isStruck, "\(age)")
    }
  }

  @Test("A fault for a name meets only that image, and faults add up in their order until they are taken back")
  func namesAndOrder() {
    var plan = FaultPlan()
    let first = plan.add(Fault(.jobUnknown(youngerThan: nil), FaultMatch(name: "web*1")), at: start)
    plan.add(Fault(.slowHeaders(.seconds(1)), FaultMatch([.job])), at: start)
    #expect(plan.needsNames)
    let all = FaultFacts(call: .job, name: "web-01")
    var next = plan.decide(all, at: start)
    #expect(next == [.jobUnknown(youngerThan: nil), .slowHeaders(.seconds(1))])
    next = plan.decide(FaultFacts(call: .job, name: "db"), at: start)
    #expect(next == [.slowHeaders(.seconds(1))])
    next = plan.decide(FaultFacts(call: .job), at: start)
    #expect(next.count == 1)
    #expect(plan.entries.map(\.seen) == [1, 3])
    let wasThere = plan.remove(first)
    #expect(wasThere)
    let isStillThere = plan.remove(first)
    #expect(!isStillThere)
    next = plan.decide(all, at: start)
    #expect(next == [.slowHeaders(.seconds(1))])
  }

  @Test(
    "A star stands for any text",
    arguments: [
      ("", "", true), ("*", "", true), ("*", "abc", true), ("a*c", "abbc", true), ("a*c", "abcd", false),
      ("*b*", "abc", true), ("a*b*c", "axbxbxc", true), ("abc", "ab", false), ("**", "x", true), ("a", "", false),
    ])
  func glob(pattern: String, text: String, isMatch: Bool) {
    #expect(Glob.matches(pattern, text) == isMatch)
  }

  @Test("Every path of the cloud has its kind of call")
  func calls() {
    let expected: [(String, String, FaultCall)] = [
      ("POST", "v2/cloudimages/quickimport/action", .submit), ("POST", "v2.1/cloudimages/quickimport/action", .submit),
      ("GET", "v1/p/jobs/j", .job), ("GET", "v1/cloudimages/job/j", .job), ("GET", "v2/cloudimages", .list),
      ("GET", "v2/images", .list), ("GET", "v2/images/i", .image), ("PATCH", "v2/cloudimages/i", .change),
      ("DELETE", "v2/images/i", .delete), ("PUT", "v1/cloudimages/tags", .tag), ("POST", "v2/p/images/i/tags", .tag),
      ("GET", "v1/cloudimages/quota", .quota), ("GET", "v1/cloudimages/os_version", .system),
      ("POST", "v3/auth/tokens", .token), ("GET", "v3/auth/tokens", .identity), ("GET", "v3/projects", .identity),
      ("HEAD", "b/k", .object_head), ("GET", "b/k/l", .object_get), ("PUT", "b/k", .object_put),
      ("DELETE", "b/k", .object_delete), ("GET", "b", .object_list), ("GET", "", .object_list), ("PUT", "b", .bucket),
      ("POST", "v2/cloudimages/action", .other),
    ]
    for (method, path, call) in expected {
      #expect(FaultCall(method: method, segments: path.split(separator: "/").map(String.init)) == call, "\(path)")
    }
  }
}
