import CLuaHost
import Glibc
import Synchronization

/// Runs an actor's jobs one after another on a thread of its own.
///
/// Lua needs mutual exclusion, not a certain thread; but a spinning script on the shared pool of a small machine would starve
/// everything else, and the slice timer signals the thread that runs Lua.
///
/// Unchecked: `queue`, `stopping` and `sleeping` are touched under `mutex` only, the rest never changes after `init`.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var queue: [UnownedJob] = []
  private var sleeping = false
  private var stopping = false
  private var thread = pthread_t()
  /// Jobs that wait for their turn.
  private let waiting = Atomic<Int>(0)

  /// What 200 C levels of Lua, each with the largest frames of its library, and host functions on top of them need.
  private static let stackSize = 8 << 20

  /// - Throws: `LuaError` when the system gives no more threads.
  init() throws {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Self.stackSize)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        clh_thread_begin()
        Unmanaged<ThreadExecutor>.fromOpaque(context).takeRetainedValue().loop()
        return nil
      }, context)
    if status != 0 {
      Unmanaged<ThreadExecutor>.fromOpaque(context).release()
      let reason = String(cString: strerror(status))
      throw LuaError(kind: .runtime, message: "cannot start a thread for a Lua VM: \(reason)")
    }
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(mutex)
    queue.append(job)
    waiting.add(1, ordering: .relaxed)
    let wake = sleeping
    pthread_mutex_unlock(mutex)
    if wake { pthread_cond_signal(condition) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() {
    precondition(pthread_equal(pthread_self(), thread) != 0, "called off the thread of the Lua VM")
  }

  /// Whether other jobs wait for their turn: then one that could go on should make room.
  var hasWaiting: Bool { waiting.load(ordering: .relaxed) > 0 }

  /// Ends the thread once its queue is empty.
  func stop() {
    pthread_mutex_lock(mutex)
    stopping = true
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  private func loop() {
    var batch: [UnownedJob] = []
    while true {
      batch.removeAll(keepingCapacity: true)
      pthread_mutex_lock(mutex)
      while queue.isEmpty && !stopping {
        sleeping = true
        pthread_cond_wait(condition, mutex)
        sleeping = false
      }
      swap(&batch, &queue)
      pthread_mutex_unlock(mutex)
      if batch.isEmpty { break }
      for job in batch {
        waiting.subtract(1, ordering: .relaxed)
        job.runSynchronously(on: asUnownedSerialExecutor())
      }
    }
    clh_thread_end()
  }
}
