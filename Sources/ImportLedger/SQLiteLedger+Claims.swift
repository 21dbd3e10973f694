import CloudAccess
import Foundation
import GRDB
import ImageImport

/// Who may drive which import.
extension SQLiteLedger {
  public func claim(_ draft: ImportRecord, reusing: Bool, refuted: Set<String>) async throws -> ImportClaim {
    let owner = try await owner()
    return try await write { [self] database in
      if let open = try Row.fetchOne(
        database, sql: "\(Self.select) WHERE \(Self.sameKey) AND \(Self.isOpen)", arguments: Self.identity(draft))
      {
        return try take(open, owner, database)
      }
      if reusing {
        let done = try Row.fetchAll(
          database,
          sql: "\(Self.select) WHERE \(Self.sameKey) AND state = 'succeeded' ORDER BY created_at DESC, rowid DESC",
          arguments: Self.identity(draft))
        for row in done where !refuted.contains(row["id"]) {
          return .finished(try LedgerRow.record(row, path: path))
        }
      }
      var record = draft
      try record.apply(.intend, at: draft.createdAt)
      try LedgerRow.insert(record, owner: owner, database)
      setDriven(record.id, true)
      return .started(record)
    }
  }

  public func claim(id: String) async throws -> ImportClaim? {
    // Whoever waits for another's import asks often: without anything to take over that only reads.
    let seen = try await read { [self] database -> ImportClaim?? in
      guard let row = try Self.row(id, database) else { return .some(nil) }
      let record = try LedgerRow.record(row, path: path)
      if record.state.isFinal { return .finished(record) }
      if record.state.isUnderWay { return .underWay(record) }
      return isDriven(id, by: row["owner"]) ? .busy(record) : .none
    }
    if let seen { return seen }
    let owner = try await owner()
    return try await write { [self] database in
      try Self.row(id, database).map { try take($0, owner, database) }
    }
  }

  /// Takes a record over unless it is final, under way, or driven by somebody alive.
  private func take(_ row: Row, _ owner: Int64, _ database: Database) throws -> ImportClaim {
    let record = try LedgerRow.record(row, path: path)
    if record.state.isFinal { return .finished(record) }
    if record.state.isUnderWay { return .underWay(record) }
    if isDriven(record.id, by: row["owner"]) { return .busy(record) }
    try database.execute(sql: "UPDATE import SET owner = ? WHERE id = ?", arguments: [owner, record.id])
    setDriven(record.id, true)
    return .takenOver(record)
  }

  /// A release that cannot be written is none for other processes until this one ends, which is safe, only slower.
  public func release(_ id: String) async {
    setDriven(id, false)
    guard let owner = try? await owner() else { return }
    try? await write { database in
      try database.execute(
        sql: "UPDATE import SET owner = NULL WHERE id = ? AND owner = ?", arguments: [id, owner])
    }
  }

  public func apply(
    _ event: ImportRecordEvent, to id: String, at date: Date, requestID: String?, result: JSONValue?
  ) async throws -> ImportRecord {
    let record = try await write { [self] database in
      var record = try existing(id, database)
      let before = record
      try record.apply(event, at: date, requestID: requestID, result: result)
      if record != before {
        try LedgerRow.update(record, drops: record.state.isFinal || record.state.isUnderWay, database)
      }
      return record
    }
    if record.state.isFinal || record.state.isUnderWay { setDriven(id, false) }
    return record
  }

  public func resubmit(_ id: String, as draft: ImportRecord, at date: Date) async throws -> ImportRecord {
    let owner = try await owner()
    let next = try await write { [self] database in
      var old = try existing(id, database)
      try old.apply(.resubmit(as: draft.id), at: date)
      try LedgerRow.update(old, drops: true, database)
      var new = draft
      try new.apply(.intend, at: date)
      try LedgerRow.insert(new, owner: owner, database)
      setDriven(new.id, true)
      return new
    }
    setDriven(id, false)
    return next
  }

  public func forget(_ id: String) async throws -> Bool {
    try await write { [self] database in
      guard let row = try Self.row(id, database), !isDriven(id, by: row["owner"]) else { return false }
      try database.execute(sql: "DELETE FROM import WHERE id = ?", arguments: [id])
      return true
    }
  }

  // MARK: SQL

  static let select = "SELECT \(LedgerRow.columns), owner FROM import"
  private static let sameKey = "cloud = ? AND project = ? AND region = ? AND key = ?"
  static let isOpen = "state NOT IN ('succeeded', 'failed', 'resubmitted', 'given_up')"

  private static func identity(_ record: ImportRecord) -> StatementArguments {
    [record.scope.cloud, record.scope.project, record.scope.region, record.key]
  }

  static func row(_ id: String, _ database: Database) throws -> Row? {
    try Row.fetchOne(database, sql: "\(select) WHERE id = ?", arguments: [id])
  }

  private func existing(_ id: String, _ database: Database) throws -> ImportRecord {
    guard let row = try Self.row(id, database) else {
      throw RecordStoreError(
        .missing, "The ledger has no record \(id).", hint: "`slipway jobs list` shows what it has.")
    }
    return try LedgerRow.record(row, path: path)
  }
}
