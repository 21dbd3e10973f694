import CloudAccess
import Dispatch
import Synchronization

/// An answer from asynchronous code that a thread waits for, up to a limit.
final class LateAnswer: Sendable {
  private let values = Mutex<[String]>([])
  private let done = DispatchSemaphore(value: 0)

  func give(_ answer: [String]) {
    values.withLock { $0 = answer }
    done.signal()
  }

  /// Blocks the calling thread; nil when the limit came first.
  func wait(for limit: Duration) -> [String]? {
    guard done.wait(timeout: .now() + limit.inSeconds) == .success else { return nil }
    return values.withLock { $0 }
  }
}
