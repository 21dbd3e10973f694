import CloudAccess
import Synchronization
import Testing

@testable import ImageImport

@Suite("Shared answers")
struct SharedAnswersTests {
  /// Answers on a clock of their own; each question that is really asked gets the next number.
  final class World: Sendable {
    let time = ManualTime()
    let answers: SharedAnswers<String, Int>
    private let asked = Mutex(0)

    init() { answers = SharedAnswers(life: .init(known: .seconds(100)), time: time) }

    func ask(
      _ key: String = "a", noOlderThan age: Duration = .seconds(1000), after pause: Duration = .zero,
      failing error: CloudError? = nil
    ) async throws -> Int? {
      try await answers.answer(to: key, noOlderThan: age) { [self] in
        let number = asked.withLock { count in
          count += 1
          return count
        }
        if let error { throw error }
        try await time.sleep(for: pause)
        return number
      }.answer.value
    }
  }

  @Test("are kept for their time, and asked for anew when too old for the asker")
  func ages() async throws {
    let world = World()
    #expect(try await world.ask() == 1)
    await world.time.advance(by: .seconds(60))
    #expect(try await world.ask() == 1)
    #expect(try await world.ask("b") == 2)
    #expect(try await world.ask(noOlderThan: .seconds(59)) == 3)
    #expect(try await world.ask() == 3)
    await world.time.advance(by: .seconds(101))
    #expect(try await world.ask() == 4)
    world.answers.forget("a")
    #expect(try await world.ask() == 5)
  }

  @Test("that something is missing or failed are kept for a moment only")
  func failures() async throws {
    let world = World()
    let missing = CloudError(kind: .not_found, message: "no", delivery: .answered)
    #expect(try await world.ask(failing: missing) == nil)
    #expect(try await world.ask() == nil)
    await world.time.advance(by: .seconds(3))
    #expect(try await world.ask() == 2)
  }

  @Test("are asked for once by all who want one at the same time", .timeLimit(.minutes(1)))
  func sharing() async throws {
    let world = World()
    try await withThrowingTaskGroup(of: Int?.self) { group in
      for _ in 0..<50 {
        group.addTask { try await world.ask(after: .seconds(1)) }
      }
      await world.time.waitForSleepers()
      await world.time.advance(by: .seconds(1))
      for try await value in group { #expect(value == 1) }
    }
  }

  @Test("are no longer asked for once nobody waits, and not kept then", .timeLimit(.minutes(1)))
  func leaving() async throws {
    let world = World()
    let tasks = (0..<2).map { _ in Task { try await world.ask(after: .seconds(1000)) } }
    await world.time.waitForSleepers()
    await world.time.advance(by: .milliseconds(1))
    tasks[0].cancel()
    await #expect(throws: CancellationError.self) { try await tasks[0].value }
    #expect(world.time.sleeperCount == 1)
    tasks[1].cancel()
    await #expect(throws: CancellationError.self) { try await tasks[1].value }
    while world.time.sleeperCount > 0 { await Task.yield() }
    #expect(try await world.ask() == 2)
  }

  @Test("that are under way when forgotten reach their askers, but nobody after them", .timeLimit(.minutes(1)))
  func forgetting() async throws {
    let world = World()
    let early = Task { try await world.ask(after: .seconds(1)) }
    await world.time.waitForSleepers()
    world.answers.forget("a")
    #expect(try await world.ask() == 2)
    await world.time.advance(by: .seconds(1))
    #expect(try await early.value == 1)
    #expect(try await world.ask() == 2)
  }
}
