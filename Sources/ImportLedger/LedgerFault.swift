import Foundation
import GRDB
import ImageImport

/// The faults of a ledger, in words that say what to do.
enum LedgerFault {
  private static let elsewhere = "choose another one with --ledger PATH"

  static func foreign(_ path: String) -> RecordStoreError {
    RecordStoreError(
      .foreign, "The file \(path) is not a ledger: another program's database. Nothing was written to it.",
      hint: elsewhere)
  }

  static func notDatabase(_ path: String) -> RecordStoreError {
    RecordStoreError(
      .corrupt, "The ledger \(path) is no SQLite database. Nothing was written to it, and nothing was sent.",
      hint:
        "restore it from a backup, or move it aside and look in the cloud for images of its imports; or \(elsewhere)")
  }

  static func newer(_ path: String, _ version: Int) -> RecordStoreError {
    RecordStoreError(
      .newer,
      "The ledger \(path) has format \(version), but this slipway knows up to \(LedgerSchema.version). Nothing was written to it.",
      hint: "use the newer slipway that wrote it; or \(elsewhere)")
  }

  static func damaged(_ path: String, _ detail: String) -> RecordStoreError {
    RecordStoreError(
      .corrupt, "The ledger \(path) is damaged (\(detail)). It was left as it is, and nothing was sent.",
      hint:
        "keep a copy, then `sqlite3 '\(path)' .recover | sqlite3 recovered.sqlite` saves what can be read; or \(elsewhere)"
    )
  }

  static func inaccessible(_ path: String, _ detail: String) -> RecordStoreError {
    RecordStoreError(
      .inaccessible, "The ledger \(path) cannot be used: \(detail). Nothing was sent.",
      hint: "check the permissions of the file and its directory; or \(elsewhere)")
  }

  private static func full(_ path: String) -> RecordStoreError {
    RecordStoreError(
      .full, "The ledger \(path) cannot grow: the disk is full. What is recorded is safe.",
      hint: "make room, then run the same again")
  }

  /// Below so many bytes SQLite cannot even make the files that it needs to open a ledger.
  private static let leastRoom: UInt64 = 64 << 10

  /// The bytes that are free where the file is; nil where the system does not say.
  private static func room(at path: String) -> UInt64? {
    var facts = statvfs()
    guard statvfs(URL(fileURLWithPath: path).deletingLastPathComponent().path, &facts) == 0 else { return nil }
    return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
  }

  /// From what SQLite said.
  static func from(_ error: any Error, path: String) -> any Error { from(error, path: path, room: room(at: path)) }

  /// With the bytes that are free: SQLite calls it an error of the disk when one of its side files finds no room.
  static func from(_ error: any Error, path: String, room: UInt64?) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let detail = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB: return notDatabase(path)
    case .SQLITE_CORRUPT: return damaged(path, detail)
    case .SQLITE_FULL: return full(path)
    case .SQLITE_IOERR where room.map { $0 < leastRoom } == true: return full(path)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return RecordStoreError(
        .locked, "The ledger \(path) was held by another process for too long.",
        hint: "run the same again; `fuser '\(path)'` names the process")
    default: return inaccessible(path, detail)
    }
  }
}
