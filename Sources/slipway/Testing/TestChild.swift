import Foundation
import Synchronization
import Workbench

/// A process that runs cases for this one: a ``TestWorker``, spoken to in lines of JSON.
final class TestChild: Sendable {
  enum Reply {
    case outcome(TestOutcome)

    /// The process ended instead, or was ended.
    case ended(ErrorReport)
  }

  /// How long it may take to end once it is told to.
  private static let patience = Duration.seconds(5)

  private let process: ChildProcess
  private let replies: AsyncStream<[UInt8]>
  private let wasKilled = Atomic(false)

  /// - Throws: `POSIXError` when it cannot be started.
  init(arguments: [String]) throws {
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
    replies = stream
    process = try ChildProcess(
      "/proc/self/exe", arguments: arguments,
      onLine: { continuation.yield($0) }, onEnd: { continuation.finish() })
  }

  /// Has a case run; one question at a time.
  func run(_ task: TestTask, timeout: Duration) async -> Reply {
    let watch = Task {
      try await Task.sleep(for: timeout)
      wasKilled.store(true, ordering: .relaxed)
      process.kill()
    }
    defer { watch.cancel() }
    guard let question = try? JSONEncoder().encode(task) else { return .ended(ErrorReport(message: "it has no name")) }
    process.send(Array(question) + [UInt8(ascii: "\n")])
    for await line in replies {
      if let outcome = try? JSONDecoder().decode(TestOutcome.self, from: Data(line)) { return .outcome(outcome) }
    }
    if Task.isCancelled { return .ended(ErrorReport(message: "it was cancelled")) }
    let ending = await process.ending
    if wasKilled.load(ordering: .relaxed) {
      return .ended(
        ErrorReport(
          message: "it did not end within its time and could not be stopped, so its process was killed",
          hint: "a function of a C library that never returns is the usual reason"))
    }
    return .ended(
      ErrorReport(message: "the process that ran it \(ending)", hint: "what it said is on standard error"))
  }

  /// Tells the process to end and waits until it has; one that works on is killed.
  func stop() async {
    process.closeInput()
    let watch = Task.detached { [process] in
      try await Task.sleep(for: Self.patience)
      process.kill()
    }
    _ = await process.ending
    watch.cancel()
  }

  func kill() { process.kill() }
}
