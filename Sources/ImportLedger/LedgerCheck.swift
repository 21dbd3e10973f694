import GRDB

/// What can be told about the ledger's database without changing it.
public enum LedgerCheck {
  /// The version of SQLite as it is loaded.
  public static func sqliteVersion() throws -> String {
    try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "unknown" }
  }
}
