import CloudAccess
import Foundation
import ImageImport

#if canImport(Glibc)
  import Glibc
#endif

/// The ledger's file on disk, which belongs to its user alone: names of images and buckets are nobody else's business.
enum LedgerFile {
  /// Makes the directory (0700) and the file (0600) where they are missing; refuses what cannot be a ledger without touching it.
  static func prepare(_ path: String) throws {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw LedgerFault.inaccessible(path, "it is a directory")
    }
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: directory) {
      do {
        try FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw LedgerFault.inaccessible(path, "its directory cannot be made: \(SystemErrorText.text(error))")
      }
    }
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LedgerFault.inaccessible(path, String(cString: strerror(errno))) }
    defer { close(file) }
    var head = [UInt8](repeating: 0, count: 16)
    let count = pread(file, &head, head.count, 0)
    guard count == 0 || Array(head.prefix(max(0, count))) == Array("SQLite format 3\0".utf8) else {
      throw LedgerFault.notDatabase(path)
    }
  }
}
