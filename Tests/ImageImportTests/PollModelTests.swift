import Testing

@testable import ImageImport

@Suite("The model of waiting")
struct PollModelTests {
  /// A thousand jobs under five requests a second: the same proportion as ten thousand under fifty.
  private func model(_ change: (inout PollModel) -> Void = { _ in }) -> PollModel {
    var model = PollModel()
    model.jobs = 1000
    model.requestsPerSecond = 5
    change(&model)
    return model
  }

  @Test("every end is known, most of them after seconds, failures within minutes", arguments: UInt64(1)...3)
  func lags(seed: UInt64) {
    let outcome = model { $0.seed = seed }.run()
    #expect(outcome.ended == 1000)
    #expect(outcome.lagMedian < 6, "\(outcome)")
    #expect(outcome.lag99 < 240, "\(outcome)")
  }

  @Test("the same seed gives the same run")
  func determinism() {
    #expect(model().run() == model().run())
    #expect(model { $0.seed = 2 }.run() != model().run())
  }

  @Test("lists make it sooner by far")
  func lists() {
    let with = model().run()
    let without = model { $0.lists = false }.run()
    #expect(with.lagMedian * 4 < without.lagMedian, "\(with) \(without)")
    #expect(without.ended == 1000 && without.lists == 0)
  }

  @Test("where failures leave killed images, they are known almost as soon as successes", arguments: UInt64(1)...3)
  func killedImages(seed: UInt64) {
    let hidden = model { ($0.seed, $0.failures) = (seed, 0.05) }.run()
    let shown = model { ($0.seed, $0.failures, $0.showsKilled) = (seed, 0.05, true) }.run()
    #expect(shown.failureLag99 < 30 && shown.failureLag99 * 4 < hidden.failureLag99, "\(shown) \(hidden)")
    #expect(shown.ended == 1000)
  }

  @Test("a cloud that never shows a killed image is soon not asked for them any more")
  func hiddenFailures() {
    let hidden = model { $0.failures = 0.1 }.run()
    let shown = model { ($0.failures, $0.showsKilled) = (0.1, true) }.run()
    #expect((1...40).contains(hidden.killedLists), "\(hidden)")
    #expect(shown.killedLists > hidden.killedLists * 2, "\(shown)")
  }

  @Test("it stays within the budget")
  func budget() {
    let outcome = model().run()
    #expect(Double(outcome.jobQueries + outcome.lists) <= 10 + 5 * outcome.duration + 5)
  }
}
