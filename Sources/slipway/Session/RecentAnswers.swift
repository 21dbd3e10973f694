import CloudAccess
import Synchronization

/// Answers that Tab asked for a moment ago. A question that still waits for its answer is not asked again.
final class RecentAnswers: Sendable {
  private struct Answer {
    var asked: ContinuousClock.Instant
    var task: Task<[String], Never>
  }

  /// How long an answer is good enough to complete by.
  private static let validity = Duration.seconds(5)
  /// No question takes longer, whether anybody waits for it or not.
  private static let limit = Duration.seconds(10)

  private let answers = Mutex<[String: Answer]>([:])

  /// The answer to a question, from before or from `ask`; nothing when that fails or takes too long.
  func values(_ question: String, _ ask: @escaping @Sendable () async throws -> [String]) async -> [String] {
    let now = ContinuousClock.now
    let task = answers.withLock { answers in
      answers = answers.filter { now - $0.value.asked < Self.validity }
      if let known = answers[question] { return known.task }
      let task = Task { await Self.answer(ask) }
      answers[question] = Answer(asked: now, task: task)
      return task
    }
    return await task.value
  }

  private static func answer(_ ask: @escaping @Sendable () async throws -> [String]) async -> [String] {
    await withTaskGroup(of: [String].self) { group in
      group.addTask { (try? await ask()) ?? [] }
      group.addTask {
        try? await Task.sleep(for: limit)
        return []
      }
      defer { group.cancelAll() }
      return await group.next() ?? []
    }
  }
}
