import NIOPosix

/// Runs tasks that may block in reading a file on threads of their own, so that no task that only waits is held up by a slow disk.
final class BlockingExecutor: TaskExecutor {
  static let shared = BlockingExecutor()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    NIOThreadPool.singleton.submit { _ in
      job.runSynchronously(on: self.asUnownedTaskExecutor())
    }
  }
}
