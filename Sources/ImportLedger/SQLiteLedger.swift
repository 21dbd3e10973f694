import Dispatch
import Foundation
import GRDB
import ImageImport
import Synchronization

/// The ledger: a SQLite file in WAL mode whose commits reach the disk before a method returns (`synchronous=FULL`).
///
/// Any number of processes may have it open. Statements run on a queue of the ledger's own and not on the caller's task, so that a
/// cancelled import still gets its record.
public final class SQLiteLedger: ImportRecordStore {
  /// How long another process's write is waited for.
  static let patience: TimeInterval = 20

  /// A larger file is not checked as a whole when it is opened.
  static let checkedSize = 32 << 20

  public let path: String
  private let database: DatabaseQueue
  private let locks: OwnerLocks
  private let queue = DispatchQueue(label: "slipway.ledger")
  private let ownership = Mutex<(number: Int64?, driven: Set<String>)>((nil, []))

  /// Opens the ledger, making it where it is missing.
  ///
  /// - Parameter path: the file; its directory is made where it is missing.
  /// - Throws: ``RecordStoreError``; a file that is refused is left as it was.
  public convenience init(path: String) throws { try self.init(path: path, patience: Self.patience) }

  init(path: String, patience: TimeInterval) throws {
    self.path = path
    do {
      try LedgerFile.prepare(path)
      var configuration = Configuration()
      configuration.busyMode = .timeout(patience)
      configuration.label = "slipway.ledger"
      database = try DatabaseQueue(path: path, configuration: configuration)
      locks = try OwnerLocks(ledger: path)
      try database.writeWithoutTransaction { database in
        try LedgerSchema.prepare(database, path: path)
        try Self.useWriteAheadLog(database)
        let size =
          try (Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0)
          * (Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        if size <= Self.checkedSize,
          let fault = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), fault != "ok"
        {
          throw LedgerFault.damaged(path, fault)
        }
      }
    } catch {
      throw LedgerFault.from(error, path: path)
    }
  }

  /// Switching a file to WAL needs it alone for a moment, and SQLite does not wait for that by itself.
  private static func useWriteAheadLog(_ database: Database) throws {
    let end = Date().addingTimeInterval(patience)
    while true {
      do {
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        return
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && Date() < end {
        usleep(20_000)
      }
    }
  }

  /// Runs statements in one transaction, on the ledger's queue.
  func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { [self] in
        do {
          continuation.resume(returning: try database.write(body))
        } catch {
          continuation.resume(throwing: LedgerFault.from(error, path: path))
        }
      }
    }
  }

  func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { [self] in
        do {
          continuation.resume(returning: try database.read(body))
        } catch {
          continuation.resume(throwing: LedgerFault.from(error, path: path))
        }
      }
    }
  }

  // MARK: Owners

  /// This ledger's number, made and locked before it stands in any record.
  func owner() async throws -> Int64 {
    if let number = ownership.withLock({ $0.number }) { return number }
    let number = try await write { database in
      // The sequence keeps numbers from being used twice, so rows nobody refers to may go.
      try database.execute(
        sql: "DELETE FROM owner WHERE number NOT IN (SELECT owner FROM import WHERE owner IS NOT NULL)")
      try database.execute(
        sql: "INSERT INTO owner (pid, started_at) VALUES (?, ?)",
        arguments: [ProcessInfo.processInfo.processIdentifier, Date().timeIntervalSince1970])
      return database.lastInsertedRowID
    }
    return try ownership.withLock { ownership in
      if let first = ownership.number { return first }
      guard locks.take(number) else {
        throw LedgerFault.inaccessible(path, "the lock of owner \(number) cannot be taken")
      }
      ownership.number = number
      return number
    }
  }

  /// Whether somebody who is alive drives a record.
  func isDriven(_ id: String, by owner: Int64?) -> Bool {
    guard let owner else { return false }
    let mine = ownership.withLock { $0.number == owner ? $0.driven.contains(id) : nil }
    return mine ?? locks.isHeldElsewhere(owner)
  }

  /// Whether an owner is alive.
  func isHeld(_ owner: Int64) -> Bool {
    ownership.withLock { $0.number == owner } || locks.isHeldElsewhere(owner)
  }

  func setDriven(_ id: String, _ isDriven: Bool) {
    ownership.withLock { ownership in
      if isDriven { ownership.driven.insert(id) } else { ownership.driven.remove(id) }
    }
  }
}
