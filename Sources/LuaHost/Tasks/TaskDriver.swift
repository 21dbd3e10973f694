import Synchronization

/// The tasks of one run that can go on, and the Swift task that steps them.
///
/// Unchecked: the queue lives on the VM's thread; `wake` may be called from any, and touches `sleep` only.
final class TaskDriver: @unchecked Sendable {
  private struct Sleep {
    var continuation: CheckedContinuation<Void, Never>?
    var isWoken = false
  }

  let handle: VMHandle
  /// What cancels the whole run.
  let flag: CancelFlag
  /// The `os.exit` or the passed limit that ended the run.
  var exit: LuaError?
  /// The task that the run is about; nil for the background of a session.
  var main: LuaTask?
  /// Starts the driving when a task is added and nobody drives.
  var begin: (() -> Void)?
  var isDriven = false
  private var queue: [LuaTask?] = []
  private var head = 0
  private var isAsleep = false
  private let sleep = Mutex(Sleep())

  init(handle: VMHandle, flag: CancelFlag) {
    self.handle = handle
    self.flag = flag
  }

  var isEmpty: Bool { head == queue.count }

  /// Adds a task that can go on, behind those that can already.
  func add(_ task: LuaTask) {
    queue.append(task)
    if isAsleep { wake() }
    if !isDriven, let begin { begin() }
  }

  func next() -> LuaTask? {
    guard head < queue.count else { return nil }
    let task = queue[head]
    queue[head] = nil
    head += 1
    if head == queue.count {
      queue.removeAll(keepingCapacity: queue.count < 1024)
      head = 0
    } else if head > 1024, head > queue.count / 2 {
      queue.removeFirst(head)
      head = 0
    }
    return task
  }

  /// Waits until `wake`; returns at once if that came meanwhile.
  func wait(isolation: isolated LuaVM) async {
    isAsleep = true
    await withCheckedContinuation { continuation in
      let isWoken = sleep.withLock { sleep in
        if sleep.isWoken { return true }
        sleep.continuation = continuation
        return false
      }
      if isWoken { continuation.resume() }
    }
    isAsleep = false
    sleep.withLock { $0.isWoken = false }
  }

  func wake() {
    let continuation = sleep.withLock { sleep in
      sleep.isWoken = true
      defer { sleep.continuation = nil }
      return sleep.continuation
    }
    continuation?.resume()
  }
}
