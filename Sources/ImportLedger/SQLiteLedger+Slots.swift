import CloudAccess
import Foundation
import GRDB
import ImageImport

/// The slots of imports under way, over all processes.
extension SQLiteLedger: AdmissionSlots {
  /// Who waits and was not seen for so long, by the clock of this machine, is asleep: others go first.
  private static let sleepiness: TimeInterval = 30

  public func claimSlot(
    _ slot: Int64?, for record: String, limit: Int, recovery: Duration, now: Date
  ) async throws -> AdmissionSlotClaim {
    let owner = try await owner()
    // Whoever waits asks often: as long as there is no room that only reads.
    if let slot {
      let seen = try await read { [self] database -> AdmissionSlotClaim? in
        guard let row = try Slots.row(slot, database), Date().timeIntervalSince1970 - row.seenAt < Self.sleepiness / 3
        else { return nil }
        let queue = try queue(of: row, record, owner, limit, recovery, now, database)
        return queue.hasRoom || !queue.dead.isEmpty
          ? nil : .waiting(slot, underWay: queue.underWay, ahead: queue.ahead)
      }
      if let seen { return seen }
    }
    return try await write { [self] database in
      let row = try Slots.touch(slot, owner, record, database)
      let queue = try queue(of: row, record, owner, limit, recovery, now, database)
      for owner in queue.dead { try database.execute(sql: "DELETE FROM slot WHERE owner = ?", arguments: [owner]) }
      guard queue.hasRoom else { return .waiting(row.id, underWay: queue.underWay, ahead: queue.ahead) }
      try database.execute(sql: "UPDATE slot SET held = 1 WHERE id = ?", arguments: [row.id])
      return .taken(row.id)
    }
  }

  public func occupySlot(for record: String, now: Date) async throws -> Int64 {
    let owner = try await owner()
    return try await write { database in
      let row = try Slots.touch(nil, owner, record, database)
      try database.execute(sql: "UPDATE slot SET held = 1 WHERE id = ?", arguments: [row.id])
      return row.id
    }
  }

  /// One that cannot be given back is taken until this process ends, which is safe, only slower.
  public func releaseSlot(_ slot: Int64) async {
    try? await write { database in try database.execute(sql: "DELETE FROM slot WHERE id = ?", arguments: [slot]) }
  }

  public func refuseSlot(_ slot: Int64, recovery: Duration, now: Date) async {
    guard let owner = try? await owner() else { return }
    try? await write { [self] database in
      guard let row = try Slots.row(slot, database) else { return }
      try database.execute(sql: "DELETE FROM slot WHERE id = ?", arguments: [slot])
      let left = try queue(of: row, row.record, owner, .max, recovery, now, database).underWay
      try database.execute(
        sql: "INSERT OR REPLACE INTO admission (cloud, project, region, learned, at) VALUES (?, ?, ?, ?, ?)",
        arguments: [row.scope.cloud, row.scope.project, row.scope.region, max(1, left), now.timeIntervalSince1970])
    }
  }

  public func isSlotWanted(_ slot: Int64) async -> Bool {
    let wanted = try? await read { database in
      guard let row = try Slots.row(slot, database) else { return false }
      return try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM slot WHERE \(Slots.inScope) AND held = 0 AND owner <> ?)",
        arguments: Slots.arguments(row.scope) + [row.owner]) ?? false
    }
    return wanted ?? false
  }

  private struct Queue {
    var underWay = 0
    var ahead = 0
    var hasRoom = false

    /// Owners that have ended without giving back what they had.
    var dead: Set<Int64> = []
  }

  private func queue(
    of mine: Slots.Row, _ record: String, _ owner: Int64, _ limit: Int, _ recovery: Duration, _ now: Date,
    _ database: Database
  ) throws -> Queue {
    var queue = Queue()
    var alive: [Int64: Bool] = [owner: true]
    var underWay: Set<String> = []
    let clock = Date().timeIntervalSince1970
    for row in try Slots.rows(mine.scope, database) {
      let isAlive = alive[row.owner] ?? isHeld(row.owner)
      alive[row.owner] = isAlive
      if !isAlive {
        queue.dead.insert(row.owner)
      } else if row.isHeld {
        underWay.insert(row.record)
      } else if row.id < mine.id, abs(clock - row.seenAt) < Self.sleepiness {
        queue.ahead += 1
      }
    }
    queue.underWay = underWay.count
    let learned = try Slots.learned(mine.scope, recovery, now, database)
    queue.hasRoom = underWay.contains(record) || underWay.count + queue.ahead < max(1, min(limit, learned ?? limit))
    return queue
  }
}

/// The statements about slots.
private enum Slots {
  struct Row {
    var id: Int64
    var scope: ImportScope
    var owner: Int64
    var record: String
    var isHeld: Bool
    var seenAt: Double

    init(_ row: GRDB.Row) {
      id = row["id"]
      scope = ImportScope(cloud: row["cloud"], project: row["project"], region: row["region"])
      owner = row["owner"]
      record = row["record"]
      isHeld = row["held"]
      seenAt = row["seen_at"]
    }
  }

  static let inScope = "cloud = ? AND project = ? AND region = ?"

  static func arguments(_ scope: ImportScope) -> StatementArguments { [scope.cloud, scope.project, scope.region] }

  static func row(_ id: Int64, _ database: Database) throws -> Row? {
    try GRDB.Row.fetchOne(database, sql: "SELECT * FROM slot WHERE id = ?", arguments: [id]).map(Row.init)
  }

  static func rows(_ scope: ImportScope, _ database: Database) throws -> [Row] {
    try GRDB.Row.fetchAll(
      database, sql: "SELECT * FROM slot WHERE \(inScope) ORDER BY id", arguments: arguments(scope)
    ).map(Row.init)
  }

  /// The row of a slot, which is seen to be wanted still, or a new one at the end.
  static func touch(_ id: Int64?, _ owner: Int64, _ record: String, _ database: Database) throws -> Row {
    let now = Date().timeIntervalSince1970
    if let id, var row = try row(id, database) {
      try database.execute(sql: "UPDATE slot SET seen_at = ? WHERE id = ?", arguments: [now, id])
      row.seenAt = now
      return row
    }
    try database.execute(
      sql: """
        INSERT INTO slot (cloud, project, region, owner, record, held, seen_at)
          SELECT cloud, project, region, ?, id, 0, ? FROM import WHERE id = ?
        """, arguments: [owner, now, record])
    guard database.changesCount == 1, let row = try row(database.lastInsertedRowID, database) else {
      throw RecordStoreError(
        .missing, "The ledger has no record \(record).", hint: "`slipway jobs list` shows what it has.")
    }
    return row
  }

  /// The limit that a refusal taught, as far as it has risen since.
  static func learned(_ scope: ImportScope, _ recovery: Duration, _ now: Date, _ database: Database) throws -> Int? {
    let row = try GRDB.Row.fetchOne(
      database, sql: "SELECT learned, at FROM admission WHERE \(inScope)", arguments: arguments(scope))
    guard let row else { return nil }
    let steps = max(0, now.timeIntervalSince1970 - (row["at"] as Double)) / max(recovery.inSeconds, 1e-3)
    return (row["learned"] as Int) + Int(min(steps, 100_000))
  }
}
