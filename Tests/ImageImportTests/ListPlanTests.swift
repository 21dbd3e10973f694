import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("When lists are asked for")
struct ListPlanTests {
  private static let start = Date(timeIntervalSince1970: 1_800_000_000)

  private var plan: ListPlan {
    var plan = ListPlan(policy: Indirect(wrappedValue: PollPolicy()))
    plan.begin(at: .seconds(5))
    return plan
  }

  /// The moments that the lists of active images go back to.
  private func since(_ plan: inout ListPlan, _ seconds: Double) -> [Date] {
    plan.asks(now: .seconds(seconds), isBatch: true, earliest: Self.start).filter { $0.sight == .active }.map(\.since)
  }

  /// Answers the list of active images and plans the next one for the same moment.
  private func answer(_ plan: inout ListPlan, _ seconds: Double, latest: Double?) {
    plan.answered(.active, latest.map { [Self.image(at: $0)] } ?? [])
    plan.plan(rest: .zero, now: .seconds(seconds))
  }

  @Test("The first one goes back to before the first submission, and there is one at a time")
  func first() {
    var plan = plan
    #expect(since(&plan, 4.9).isEmpty)
    #expect(since(&plan, 5) == [Self.start - 120])
    #expect(since(&plan, 9).isEmpty)
    #expect(plan.nextDue == nil)
  }

  @Test("Later ones overlap by two seconds, and every five seconds by fifteen")
  func overlap() {
    var plan = plan
    _ = since(&plan, 5)
    answer(&plan, 6, latest: 100)
    #expect(since(&plan, 6) == [Self.start + 85])
    answer(&plan, 6.5, latest: 101)
    #expect(since(&plan, 6.5) == [Self.start + 99])
    answer(&plan, 10.9, latest: nil)
    #expect(since(&plan, 10.9) == [Self.start + 99])
    answer(&plan, 11, latest: 90)
    #expect(since(&plan, 11) == [Self.start + 86])
  }

  @Test("A job that joins after its end may have been shown lets one list go back to its submission, a second later")
  func reach() {
    var plan = plan
    plan.reach(back: Self.start, now: .zero)
    _ = since(&plan, 5)
    answer(&plan, 6, latest: 1000)
    _ = since(&plan, 6)
    answer(&plan, 6.1, latest: 1000)
    plan.reach(back: Self.start + 400, now: .seconds(6.1))
    plan.reach(back: Self.start + 500, now: .seconds(6.1))
    #expect(since(&plan, 6.2) == [Self.start + 998])
    answer(&plan, 7.2, latest: 1000)
    #expect(since(&plan, 7.2) == [Self.start + 280])
    answer(&plan, 12.3, latest: 1000)
    #expect(since(&plan, 12.3) == [Self.start + 985])
  }

  private static func image(at seconds: Double) -> SeenImage {
    SeenImage(id: "i", name: "n", marker: nil, origin: nil, createdAt: nil, updatedAt: start + seconds)
  }

  /// The moments of the lists of killed images within an hour, where each list of active ones is followed by the next in ten seconds.
  private func killedLists(
    _ plan: inout ListPlan, _ answer: (inout ListPlan, Double) -> Void = { _, _ in }
  ) -> [Double] {
    var moments: [Double] = []
    for second in stride(from: 5.0, through: 3600, by: 1) {
      for (sight, _) in plan.asks(now: .seconds(second), isBatch: true, earliest: Self.start) {
        if sight == .killed {
          moments.append(second)
          answer(&plan, second)
          plan.answered(.killed, [])
        } else {
          plan.answered(.active, [])
          plan.plan(rest: .seconds(1), now: .seconds(second))
        }
      }
    }
    return moments
  }

  @Test("Killed images are looked for often where they are listed, seldom where they are hidden, never where told")
  func killed() {
    func count(_ setting: KilledImages, learned: Bool? = nil) -> Int {
      var plan = ListPlan(policy: Indirect(wrappedValue: PollPolicy()), killedImages: setting)
      plan.begin(at: .seconds(5))
      if let learned { plan.learned(areKilledImagesListed: learned) }
      return killedLists(&plan).count
    }
    #expect((500...720).contains(count(.listed)))
    #expect((500...720).contains(count(.auto, learned: true)))
    #expect((180...240).contains(count(.auto)))
    #expect((10...13).contains(count(.auto, learned: false)))
    #expect(count(.hidden) == 0)
    // What the user says counts more than what was found out.
    #expect(count(.hidden, learned: true) == 0)
    #expect(count(.listed, learned: false) > 500)
  }

  @Test("Five failures that no list shows make lists of killed images rare from then on")
  func hiddenFailures() {
    var plan = plan
    var jobs = JobIndex()
    for number in 0..<5 {
      jobs.insert(JobReference(id: "j\(number)", imageName: "n\(number)", recordID: "r\(number)"))
    }
    let moments = killedLists(&plan) { plan, second in
      guard second < 100 else { return }
      for number in 0..<5 {
        plan.jobFailed("j\(number)", in: jobs, isSeen: false, now: .seconds(second))
      }
    }
    #expect(plan.takeNews() == false)
    #expect(moments.count { $0 > 200 } <= 12, "\(moments)")
    #expect(moments.count { $0 > 200 } >= 10, "\(moments)")
  }

  @Test("What ends while a list is under way plans nothing, and the next does not begin before the answer")
  func end() {
    var plan = plan
    _ = since(&plan, 5)
    plan.end()
    #expect(plan.nextDue == nil)
    plan.begin(at: .seconds(6))
    #expect(since(&plan, 7).isEmpty)
    plan.answered(.active, [])
    #expect(since(&plan, 7) == [Self.start - 120])
  }
}
