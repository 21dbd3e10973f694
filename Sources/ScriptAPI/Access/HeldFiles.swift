import Foundation
import Synchronization

/// Files that stay open as long as this, so that those who open them by path get the very files that were checked.
final class HeldFiles: Sendable {
  private let access: any ScriptAccess
  private let handles = Mutex<[FileHandle]>([])

  init(_ access: any ScriptAccess) { self.access = access }

  /// A path that leads to the file, whatever becomes of its name; also for programs that this one starts.
  ///
  /// Where files are not confined it is the path itself, which also leads to devices.
  /// - Throws: ``ScriptFailure`` for a file that may not be read.
  func place(of path: String) throws -> String {
    guard access.confinesFiles else { return path }
    let handle = try OpenFile.reading(path, shown: path, access: access)
    handles.withLock { $0.append(handle) }
    return "/proc/\(getpid())/fd/\(handle.fileDescriptor)"
  }
}
