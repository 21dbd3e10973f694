import Foundation
import Synchronization
import Workbench

/// The other side of a ``TestChild``: runs the cases that standard input names, and writes each outcome as a line of JSON.
///
/// It ends when its input does, in the middle of a case if need be: then whoever started it has enough, or is gone.
struct TestWorker: Sendable {
  let runner: TestCaseRunner

  /// Serves until standard input ends.
  func run() async {
    let output = Self.takeOutput()
    let (tasks, continuation) = AsyncStream<TestTask>.makeStream()
    let work = Task {
      for await task in tasks {
        guard let outcome = await runner.run(task), let line = try? JSONEncoder().encode(outcome) else { return }
        guard Self.write(Array(line) + [UInt8(ascii: "\n")], to: output) else { return }
      }
    }
    let thread = Thread {
      while let line = readLine() {
        if let task = try? JSONDecoder().decode(TestTask.self, from: Data(line.utf8)) { continuation.yield(task) }
      }
      continuation.finish()
      work.cancel()
    }
    thread.name = "questions"
    thread.start()
    await work.value
  }

  /// Keeps standard output for answers: whatever else writes there, such as a C library, goes to standard error.
  private static func takeOutput() -> Int32 {
    let copy = fcntl(1, F_DUPFD_CLOEXEC, 3)
    dup2(2, 1)
    return copy
  }

  private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
