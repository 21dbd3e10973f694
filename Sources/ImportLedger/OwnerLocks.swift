import Foundation
import ImageImport

#if canImport(Glibc)
  import Glibc
#endif

/// Who is alive: each ledger that is open and drives imports holds a lock on a byte of its own in a file beside the ledger.
///
/// The kernel drops the lock when the process ends, however it ends, and no number is used twice, so neither a process id that came round
/// again nor a crash nor a clock can make a dead owner look alive. The locks belong to the open file, not to the process: two
/// ledgers in one process are two owners.
final class OwnerLocks: Sendable {
  // Open file description locks of Linux, by their numbers: the headers show them to GNU sources only.
  private static let testLock: Int32 = 36
  private static let setLock: Int32 = 37

  private let file: Int32

  init(ledger path: String) throws {
    file = open(path + "-owners", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw LedgerFault.inaccessible(path, "\(path)-owners: \(String(cString: strerror(errno)))")
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// Takes an owner's lock for as long as this object lives.
  func take(_ owner: Int64) -> Bool {
    var region = Self.byte(owner)
    return fcntl(file, Self.setLock, &region) == 0
  }

  /// Whether another open ledger, in this process or another, holds an owner's lock.
  ///
  /// When the kernel does not say, the owner counts as alive: a second submission is worse than a wait.
  func isHeldElsewhere(_ owner: Int64) -> Bool {
    var region = Self.byte(owner)
    guard fcntl(file, Self.testLock, &region) == 0 else { return true }
    return region.l_type != Int16(F_UNLCK)
  }

  private static func byte(_ owner: Int64) -> flock {
    var region = flock()
    region.l_type = Int16(F_WRLCK)
    region.l_whence = Int16(SEEK_SET)
    region.l_start = off_t(owner)
    region.l_len = 1
    return region
  }
}
