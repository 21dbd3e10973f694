/// Ledgers as earlier versions wrote them; never changed, since such files are out there.
enum OldLedgers {
  static let version1 = """
    PRAGMA application_id = 1397508432;
    PRAGMA user_version = 1;
    CREATE TABLE owner (number INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL, started_at REAL NOT NULL) STRICT;
    CREATE TABLE import (
      id TEXT PRIMARY KEY NOT NULL, cloud TEXT NOT NULL, project TEXT NOT NULL, region TEXT NOT NULL,
      profile TEXT NOT NULL, key TEXT NOT NULL, name TEXT, state TEXT NOT NULL, job_id TEXT, image_id TEXT, code TEXT,
      reason TEXT, successor TEXT, request TEXT NOT NULL, marked INTEGER NOT NULL, request_id TEXT,
      attempts INTEGER NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL, sent_at REAL, owner INTEGER) STRICT;
    CREATE UNIQUE INDEX import_flight ON import (cloud, project, region, key)
      WHERE state NOT IN ('succeeded', 'failed', 'resubmitted', 'given_up');
    CREATE INDEX import_key ON import (cloud, project, region, key, created_at);
    CREATE INDEX import_job ON import (job_id) WHERE job_id IS NOT NULL;
    CREATE INDEX import_name ON import (name);
    INSERT INTO owner VALUES (1, 4711, 1700000000.0);
    INSERT INTO import VALUES ('01HF000000000000000000000A', 'iam.test', 'p', 'eu-de', 'otc', 'a', 'web01', 'succeeded',
      'j1', 'i1', NULL, NULL, NULL, '{"name":"web01"}', 1, 'r1', 1, 1700000000.0, 1700000100.0, 1700000001.0, NULL);
    INSERT INTO import VALUES ('01HF000000000000000000000B', 'iam.test', 'p', 'eu-de', 'otc', 'b', 'web02', 'unknown',
      NULL, NULL, NULL, 'cut', NULL, '{"name":"web02"}', 1, NULL, 1, 1700000200.0, 1700000300.0, 1700000201.0, 1);
    """

  static let version3 =
    version1 + """
      ALTER TABLE import ADD COLUMN result TEXT;
      CREATE TABLE visibility (cloud TEXT NOT NULL, project TEXT NOT NULL, region TEXT NOT NULL,
        measured_at REAL NOT NULL, lag REAL) STRICT;
      CREATE INDEX visibility_scope ON visibility (cloud, project, region, measured_at);
      CREATE TABLE slot (id INTEGER PRIMARY KEY AUTOINCREMENT, cloud TEXT NOT NULL, project TEXT NOT NULL,
        region TEXT NOT NULL, owner INTEGER NOT NULL, record TEXT NOT NULL, held INTEGER NOT NULL,
        seen_at REAL NOT NULL) STRICT;
      CREATE INDEX slot_scope ON slot (cloud, project, region);
      CREATE TABLE admission (cloud TEXT NOT NULL, project TEXT NOT NULL, region TEXT NOT NULL,
        learned INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (cloud, project, region)) STRICT;
      UPDATE import SET result = '{"status":"SUCCESS"}' WHERE key = 'a';
      PRAGMA user_version = 3;
      """
}
