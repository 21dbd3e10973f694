import Foundation
import Synchronization

/// Work that the first signal cancels, so that it can say what goes on without it; the second one ends the process at once.
public enum SignalledWork {
  /// Waits for a task's end while hang-up, Ctrl-C and termination are its to take.
  ///
  /// - Parameters:
  ///   - work: what is cancelled.
  ///   - atSecond: runs before the process ends at the second signal.
  /// - Returns: how the work ended, and the signal that cancelled it, if one did.
  public static func result<Value: Sendable>(
    of work: Task<Value, any Error>, atSecond: @escaping @Sendable () -> Void = {}
  ) async -> (outcome: Result<Value, any Error>, signal: SignalTrap.Signal?) {
    let received = Mutex<SignalTrap.Signal?>(nil)
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { signal in
      let isFirst = received.withLock { received in
        defer { received = received ?? signal }
        return received == nil
      }
      guard isFirst else {
        atSecond()
        _exit(ExitStatus(signal).code)
      }
      work.cancel()
    }
    defer { trap.cancel() }
    let outcome = await work.result
    return (outcome, received.withLock { $0 })
  }
}
