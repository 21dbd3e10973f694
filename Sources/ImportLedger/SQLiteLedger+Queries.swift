import CloudAccess
import Foundation
import GRDB
import ImageImport

/// What is on record.
extension SQLiteLedger {
  public func isDriven(_ id: String) async throws -> Bool {
    let owner = try await read { database in try Self.row(id, database).flatMap { $0["owner"] as Int64? } }
    return isDriven(id, by: owner)
  }

  public func record(_ id: String) async throws -> ImportRecord? {
    try await read { [path] database in
      try Self.row(id, database).map { try LedgerRow.record($0, path: path) }
    }
  }

  public func records(_ filter: ImportRecordFilter) async throws -> [ImportRecord] {
    var conditions: [String] = []
    var arguments: [(any DatabaseValueConvertible)?] = []
    func add(_ condition: String, _ values: (any DatabaseValueConvertible)?...) {
      conditions.append(condition)
      arguments += values
    }
    if let states = filter.states {
      conditions.append("state IN (\(states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))")
    }
    if let name = filter.name { add("name = ?", name) }
    if let key = filter.key { add("key = ?", key) }
    if let cloud = filter.cloud { add("(cloud = ? OR profile = ?)", cloud.lowercased(), cloud) }
    if let scope = filter.scope {
      add("cloud = ? AND project = ? AND region = ?", scope.cloud, scope.project, scope.region)
    }
    if let job = filter.jobID { add("job_id = ?", job) }
    if let since = filter.since { add("created_at >= ?", since.timeIntervalSince1970) }
    if let isOpen = filter.isOpen { conditions.append(isOpen ? Self.isOpen : "NOT (\(Self.isOpen))") }
    let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    let limit = filter.limit.map { " LIMIT \(max(0, $0))" } ?? ""
    let sql = Self.select + clause + " ORDER BY created_at DESC, rowid DESC" + limit
    let values = StatementArguments(arguments)
    return try await read { [path] database in
      try Row.fetchAll(database, sql: sql, arguments: values).map { try LedgerRow.record($0, path: path) }.reversed()
    }
  }

  public func addVisibility(_ lag: Duration?, in scope: ImportScope, at date: Date) async throws {
    let seconds = lag?.inSeconds
    try await write { database in
      try database.execute(
        sql: "INSERT INTO visibility (cloud, project, region, measured_at, lag) VALUES (?, ?, ?, ?, ?)",
        arguments: [scope.cloud, scope.project, scope.region, date.timeIntervalSince1970, seconds])
      try database.execute(
        sql: """
          DELETE FROM visibility WHERE rowid IN (SELECT rowid FROM visibility WHERE cloud = ? AND project = ? AND region = ?
            ORDER BY measured_at DESC, rowid DESC LIMIT -1 OFFSET \(MarkerVisibility.window))
          """, arguments: [scope.cloud, scope.project, scope.region])
    }
  }

  public func visibility(in scope: ImportScope) async throws -> MarkerVisibility {
    try await read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT lag FROM visibility WHERE cloud = ? AND project = ? AND region = ? ORDER BY measured_at, rowid
          """, arguments: [scope.cloud, scope.project, scope.region])
      return MarkerVisibility(lags: rows.map { ($0["lag"] as Double?).map { .seconds($0) } })
    }
  }
}
