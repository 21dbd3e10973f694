import Foundation
import Synchronization
import Workbench

/// Ends a run of tests by a signal: the first one lets it clean up, the second ends the process at once.
final class Interruption: Sendable {
  private let work: Task<TestSummary, any Error>
  private let directory: URL
  private let first = Mutex<SignalTrap.Signal?>(nil)

  init(work: Task<TestSummary, any Error>, directory: URL) {
    self.work = work
    self.directory = directory
  }

  /// The signal that ended the run, if one did.
  var signal: SignalTrap.Signal? { first.withLock { $0 } }

  func begin(_ signal: SignalTrap.Signal) {
    let isFirst = first.withLock { first in
      defer { first = first ?? signal }
      return first == nil
    }
    work.cancel()
    if isFirst { return }
    try? FileManager.default.removeItem(at: directory)
    _exit(ExitStatus(signal).code)
  }
}
