import Glibc

/// A value behind a lock, for threads that wait until it changes.
///
/// Sendable unchecked: the value is touched only while the lock is held, and the lock and the condition are what they
/// are for. POSIX threads rather than `Synchronization.Mutex`, as a thread must be able to wait.
final class Monitor<Value>: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  init(_ value: sending Value) {
    self.value = value
    lock = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  /// Runs `body` with the lock held and wakes whoever waits.
  func change<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
    pthread_mutex_lock(lock)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(lock)
    }
    return try body(&value)
  }

  /// Runs `body` with the lock held, again after every change, until it gives a result; nil after `milliseconds`.
  func wait<Result>(milliseconds: Int? = nil, for body: (inout Value) -> Result?) -> Result? {
    var limit = timespec()
    if let milliseconds {
      clock_gettime(CLOCK_MONOTONIC, &limit)
      let nanoseconds = limit.tv_nsec + milliseconds % 1000 * 1_000_000
      limit.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
      limit.tv_nsec = nanoseconds % 1_000_000_000
    }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while true {
      if let result = body(&value) {
        pthread_cond_broadcast(changed)
        return result
      }
      if milliseconds == nil {
        pthread_cond_wait(changed, lock)
      } else if pthread_cond_timedwait(changed, lock, &limit) == ETIMEDOUT {
        return body(&value)
      }
    }
  }
}
