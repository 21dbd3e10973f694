import Foundation
import GRDB

/// The state of the cloud on disk. Writers hand over batches of rows; a batch is one transaction.
///
/// The database runs without waiting for the disk: a batch that was written survives the end of the process, also a kill,
/// though not a power cut, which for a local cloud is the right trade.
final class StateStore: Sendable {
  /// Rows that changed since the last batch.
  struct Batch: Sendable {
    var images: [ImageState] = []
    var removedImages: [String] = []
    var jobs: [JobRecord] = []
    var tokens: [TokenTable.Entry] = []
    /// Whether the tokens from before this batch are void.
    var revokesTokens = false
    /// Real and cloud time of the batch.
    var moment: (real: Date, cloud: Date)?

    var isEmpty: Bool { images.isEmpty && removedImages.isEmpty && jobs.isEmpty && tokens.isEmpty && !revokesTokens }
  }

  /// Everything a cloud needs to go on.
  struct Snapshot: Sendable {
    var images: [ImageState]
    var jobs: [JobRecord]
    var tokens: [TokenTable.Entry]
    var moment: (real: Date, cloud: Date)?
  }

  let queue: DatabaseQueue

  /// Opens or makes the database.
  ///
  /// - Throws: `LocalCloudError` when the file is no database of a local cloud.
  init(path: String) throws {
    do {
      queue = try DatabaseQueue(path: path)
      // Nothing is written before it is known that the file is one of this version's.
      try queue.read { database in try Self.check(database, path) }
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = OFF")
      }
      try Self.migrator.migrate(queue)
    } catch let error as LocalCloudError {
      throw error
    } catch {
      throw LocalCloudError("The state \(path) cannot be opened: \(error)", hint: Self.advice)
    }
    chmod(path, 0o600)
  }

  static let advice = "move it away, and the cloud starts with an empty state"

  /// Refuses what another program or a later version made, and what is damaged.
  private static func check(_ database: Database, _ path: String) throws {
    if try migrator.hasBeenSuperseded(database) {
      throw LocalCloudError(
        "The state \(path) was written by a newer version of slipway", hint: "use that version, or \(advice)")
    }
    let tables = try String.fetchSet(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
    guard tables.isEmpty || tables.contains("grdb_migrations") else {
      throw LocalCloudError("The file \(path) is a database, but not the state of a local cloud", hint: advice)
    }
    // The tables are strict, so that this also finds values of the wrong type.
    let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
    guard verdict == "ok" else {
      throw LocalCloudError("The state \(path) is damaged: \(verdict)", hint: advice)
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("images, jobs, tokens, objects") { database in
      try database.execute(sql: schema)
    }
    migrator.registerMigration("multipart uploads") { database in
      try database.execute(sql: uploadSchema)
    }
    migrator.registerMigration("what faults decided about jobs") { database in
      try database.execute(sql: "ALTER TABLE job ADD COLUMN ordered TEXT")
    }
    return migrator
  }

  private static let schema = """
    CREATE TABLE fact (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE image (
      id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, name TEXT NOT NULL, description TEXT, status TEXT NOT NULL,
      is_data INTEGER NOT NULL, min_disk INTEGER NOT NULL, min_ram INTEGER NOT NULL, max_ram TEXT, os_version TEXT,
      os_type TEXT NOT NULL, platform TEXT, os_bit TEXT, environment TEXT NOT NULL, firmware TEXT, is_arm INTEGER NOT NULL,
      license_type TEXT, enterprise_project TEXT NOT NULL, source TEXT NOT NULL, disk_format TEXT NOT NULL, file_size INTEGER,
      is_protected INTEGER NOT NULL, tags TEXT NOT NULL, extras TEXT NOT NULL, job_id TEXT NOT NULL, created_at REAL NOT NULL,
      updated_at REAL NOT NULL, active_at REAL, leaves_at REAL) WITHOUT ROWID, STRICT;
    CREATE TABLE job (
      id TEXT PRIMARY KEY, type TEXT NOT NULL, image_id TEXT NOT NULL, image_name TEXT NOT NULL, phase TEXT NOT NULL,
      created REAL NOT NULL, began REAL, ends REAL, virtual_size INTEGER, file_size INTEGER, error_code TEXT, fail_reason TEXT
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE token (
      hash TEXT PRIMARY KEY, issued REAL NOT NULL, expires REAL NOT NULL, has_project INTEGER NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE bucket (name TEXT PRIMARY KEY, storage_class TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE object (
      bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, etag TEXT NOT NULL,
      storage_class TEXT NOT NULL, content_type TEXT, metadata TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID, STRICT;
    """

  private static let uploadSchema = """
    ALTER TABLE object ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE object ADD COLUMN upload_id TEXT;
    CREATE TABLE upload (
      id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, initiated REAL NOT NULL, slot_size INTEGER,
      properties TEXT NOT NULL, completion TEXT) WITHOUT ROWID, STRICT;
    CREATE TABLE upload_part (
      upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, modified REAL NOT NULL, digest BLOB NOT NULL,
      file TEXT, PRIMARY KEY (upload, number)) WITHOUT ROWID, STRICT;
    """

  /// Reads everything.
  func load() throws -> Snapshot {
    try queue.read { database in
      let facts = try Dictionary(
        uniqueKeysWithValues: Row.fetchAll(database, sql: "SELECT name, value FROM fact").map {
          (($0["name"] as String), ($0["value"] as Double))
        })
      var moment: (real: Date, cloud: Date)?
      if let real = facts["real"], let cloud = facts["cloud"] {
        moment = (Date(timeIntervalSince1970: real), Date(timeIntervalSince1970: cloud))
      }
      return Snapshot(
        images: try Row.fetchAll(database, sql: "SELECT * FROM image ORDER BY sequence").map(ImageState.init(row:)),
        jobs: try Row.fetchAll(database, sql: "SELECT * FROM job").map(JobRecord.init(row:)),
        tokens: try Row.fetchAll(database, sql: "SELECT * FROM token").map { row in
          TokenTable.Entry(
            hash: row["hash"], issued: Date(timeIntervalSince1970: row["issued"]),
            expires: Date(timeIntervalSince1970: row["expires"]), hasProject: row["has_project"])
        },
        moment: moment)
    }
  }

  /// Writes a batch in one transaction.
  func write(_ batch: Batch) throws {
    try queue.write { database in
      let image = try database.cachedStatement(sql: ImageState.insertion)
      for state in batch.images { try image.execute(arguments: state.arguments) }
      let removal = try database.cachedStatement(sql: "DELETE FROM image WHERE id = ?")
      for id in batch.removedImages { try removal.execute(arguments: [id]) }
      let job = try database.cachedStatement(sql: JobRecord.insertion)
      for record in batch.jobs { try job.execute(arguments: record.arguments) }
      if batch.revokesTokens { try database.execute(sql: "DELETE FROM token") }
      let token = try database.cachedStatement(sql: "INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?)")
      for entry in batch.tokens {
        try token.execute(arguments: [
          entry.hash, entry.issued.timeIntervalSince1970, entry.expires.timeIntervalSince1970, entry.hasProject,
        ])
      }
      if let moment = batch.moment {
        let fact = try database.cachedStatement(sql: "INSERT OR REPLACE INTO fact VALUES (?, ?)")
        try fact.execute(arguments: ["real", moment.real.timeIntervalSince1970])
        try fact.execute(arguments: ["cloud", moment.cloud.timeIntervalSince1970])
        try database.execute(
          sql: "DELETE FROM token WHERE expires < ?", arguments: [moment.real.timeIntervalSince1970])
      }
    }
  }

  func close() throws {
    try queue.close()
  }
}
