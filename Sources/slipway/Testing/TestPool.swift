import Foundation
import Synchronization
import Workbench

/// Runs cases side by side in processes of their own.
///
/// Threads would not do: a virtual clock jumps when its process is at rest, so cases in one process would wait for each other. Nor could one
/// case crash without taking the others with it.
final class TestPool: Sendable {
  private let size: Int
  private let arguments: [String]
  private let answerTimeout: Duration
  private let children = Mutex<[ObjectIdentifier: TestChild]>([:])

  /// `arguments` make this program a ``TestWorker``; a child that has not answered after `answerTimeout` is killed.
  init(size: Int, arguments: [String], answerTimeout: Duration) {
    self.size = size
    self.arguments = arguments
    self.answerTimeout = answerTimeout
  }

  /// Runs the cases of a line until there are none left, or the surrounding task is cancelled; returns when no process is left.
  /// - Throws: `CommandFailure` when none can be started.
  func run(_ line: TestLine) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<min(size, max(1, line.caseCount)) { group.addTask { try await self.work(line) } }
      try await group.waitForAll()
    }
  }

  /// Ends all processes at once.
  func kill() {
    for child in children.withLock({ Array($0.values) }) { child.kill() }
  }

  /// Runs cases one after another, in one process as long as none of them ends it.
  private func work(_ line: TestLine) async throws {
    var child: TestChild?
    while let (number, task) = await line.next() {
      let current = try child ?? start()
      child = current
      let begin = ContinuousClock.now
      switch await current.run(task, timeout: answerTimeout) {
      case .outcome(let outcome):
        await line.take(outcome, number)
        if await line.isCutShort { kill() }
      case .ended(let report):
        await stop(current)
        child = nil
        if Task.isCancelled { return }
        var outcome = TestOutcome(file: task.file, name: task.name, line: task.line, result: .failed(report))
        outcome.duration = begin.duration(to: .now)
        await line.take(outcome, number)
        if await line.isCutShort { kill() }
      }
    }
    if let child { await stop(child) }
  }

  private func start() throws -> TestChild {
    do {
      let child = try TestChild(arguments: arguments)
      children.withLock { $0[ObjectIdentifier(child)] = child }
      return child
    } catch {
      throw CommandFailure(
        .failed, "a process for the cases cannot be started: \(error)", hint: "--jobs 1 runs them in this one")
    }
  }

  private func stop(_ child: TestChild) async {
    await child.stop()
    _ = children.withLock { $0.removeValue(forKey: ObjectIdentifier(child)) }
  }
}
