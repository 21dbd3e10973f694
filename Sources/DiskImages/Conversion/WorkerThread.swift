import FoundationEssentials
import Glibc

/// A thread of its own, for work that computes or blocks for long: Swift's tasks share as many threads as there are
/// cores and must not be held up.
struct WorkerThread: Sendable {
  private let thread: pthread_t

  /// Starts `body`; throws ``DiskImageError`` of kind `io` when the system gives no thread.
  ///
  /// A detached thread needs no ``join()`` and must not be joined.
  init(detached: Bool = false, _ body: @escaping @Sendable () -> Void) throws {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runWorker, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw DiskImageError(
        .io, "cannot start a thread: \(String(cString: strerror(code)))", hint: "use fewer threads, or free some memory"
      )
    }
    if detached { pthread_detach(thread) }
    self.thread = thread
  }

  /// Waits for the end of the thread; to be called exactly once.
  func join() {
    pthread_join(thread, nil)
  }

  /// Processors this process may use; `taskset` and container sets count.
  static var processors: Int {
    // sched_getaffinity is for GNU sources only, which Swift's are not; the kernel tells the same here.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }?.split(separator: "\t").last
    let allowed = mask?.reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount } ?? 0
    return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  fileprivate final class Box: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }
}

private func runWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<WorkerThread.Box>.fromOpaque(argument).takeRetainedValue().body()
  return nil
}
