import GRDB

/// The tables of the ledger, version by version.
///
/// A step that was published is never changed: files of every earlier version are out there. `PRAGMA user_version` holds the number of
/// steps a file has seen, `PRAGMA application_id` says that it is a ledger at all.
enum LedgerSchema {
  /// "SLIP" in ASCII.
  static let applicationID: Int32 = 0x534C_4950

  static var version: Int { steps.count }

  static let steps: [String] = [
    """
    CREATE TABLE owner (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      pid INTEGER NOT NULL,
      started_at REAL NOT NULL
    ) STRICT;
    CREATE TABLE import (
      id TEXT PRIMARY KEY NOT NULL,
      cloud TEXT NOT NULL,
      project TEXT NOT NULL,
      region TEXT NOT NULL,
      profile TEXT NOT NULL,
      key TEXT NOT NULL,
      name TEXT,
      state TEXT NOT NULL,
      job_id TEXT,
      image_id TEXT,
      code TEXT,
      reason TEXT,
      successor TEXT,
      request TEXT NOT NULL,
      marked INTEGER NOT NULL,
      request_id TEXT,
      attempts INTEGER NOT NULL,
      created_at REAL NOT NULL,
      updated_at REAL NOT NULL,
      sent_at REAL,
      owner INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX import_flight ON import (cloud, project, region, key)
      WHERE state NOT IN ('succeeded', 'failed', 'resubmitted', 'given_up');
    CREATE INDEX import_key ON import (cloud, project, region, key, created_at);
    CREATE INDEX import_job ON import (job_id) WHERE job_id IS NOT NULL;
    CREATE INDEX import_name ON import (name);
    """,
    """
    ALTER TABLE import ADD COLUMN result TEXT;
    CREATE TABLE visibility (
      cloud TEXT NOT NULL,
      project TEXT NOT NULL,
      region TEXT NOT NULL,
      measured_at REAL NOT NULL,
      lag REAL
    ) STRICT;
    CREATE INDEX visibility_scope ON visibility (cloud, project, region, measured_at);
    """,
    """
    CREATE TABLE slot (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      cloud TEXT NOT NULL,
      project TEXT NOT NULL,
      region TEXT NOT NULL,
      owner INTEGER NOT NULL,
      record TEXT NOT NULL,
      held INTEGER NOT NULL,
      seen_at REAL NOT NULL
    ) STRICT;
    CREATE INDEX slot_scope ON slot (cloud, project, region);
    CREATE TABLE admission (
      cloud TEXT NOT NULL,
      project TEXT NOT NULL,
      region TEXT NOT NULL,
      learned INTEGER NOT NULL,
      at REAL NOT NULL,
      PRIMARY KEY (cloud, project, region)
    ) STRICT;
    """,
    """
    ALTER TABLE import ADD COLUMN trace_id TEXT;
    ALTER TABLE import ADD COLUMN span_id TEXT;
    ALTER TABLE import ADD COLUMN parent_span_id TEXT;
    CREATE TABLE killed_image (
      cloud TEXT NOT NULL,
      project TEXT NOT NULL,
      region TEXT NOT NULL,
      listed INTEGER NOT NULL,
      at REAL NOT NULL,
      PRIMARY KEY (cloud, project, region)
    ) STRICT;
    """,
  ]

  /// Brings a file up to date, or refuses it; nothing is written to one that is refused.
  static func prepare(_ database: Database, path: String) throws {
    try database.inTransaction(.immediate) {
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
      guard application == applicationID || (application == 0 && version == 0 && tables == 0) else {
        throw LedgerFault.foreign(path)
      }
      guard version <= steps.count else { throw LedgerFault.newer(path, version) }
      for (index, step) in steps.enumerated().dropFirst(version) {
        try database.execute(sql: step)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
      if application == 0 { try database.execute(sql: "PRAGMA application_id = \(applicationID)") }
      return .commit
    }
  }
}
