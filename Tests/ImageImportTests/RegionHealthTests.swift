import Testing

@testable import ImageImport

@Suite("What is said about a cloud that answers badly")
struct RegionHealthTests {
  @Test("it is told at once, then as it lasts twice as long, and when it is over")
  func course() {
    var health = RegionHealth(step: .seconds(10))
    var told: [Double] = []
    for second in 0...100 {
      guard case .degraded("busy", let lasting)? = health.failed("busy", now: .seconds(second)) else { continue }
      told.append(lasting / .seconds(1))
    }
    #expect(told == [0, 10, 20, 40, 80])
    #expect(health.isDegraded)
    #expect(health.succeeded(now: .seconds(101)) == .recovered(after: .seconds(101)))
    #expect(health.succeeded(now: .seconds(102)) == nil && !health.isDegraded)
  }

  @Test("a single failure right after a recovery is not worth a message")
  func flapping() {
    var health = RegionHealth(step: .seconds(10))
    #expect(health.failed("busy", now: .zero) != nil)
    #expect(health.succeeded(now: .seconds(1)) != nil)
    for second in 2..<20 {
      #expect(health.failed("busy", now: .seconds(second)) == nil)
      #expect(health.succeeded(now: .seconds(second)) == nil)
    }
    #expect(health.failed("busy", now: .seconds(20)) == nil)
    #expect(health.failed("busy", now: .seconds(25)) == .degraded(reason: "busy", lasting: .seconds(5)))
  }
}
