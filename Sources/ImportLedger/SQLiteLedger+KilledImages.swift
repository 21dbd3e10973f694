import Foundation
import GRDB
import ImageImport

/// Whether clouds list the killed images of failed imports.
extension SQLiteLedger: KilledImageMemory {
  public func areKilledImagesListed(in scope: ImportScope) async throws -> Bool? {
    try await read { database in
      try Bool.fetchOne(
        database, sql: "SELECT listed FROM killed_image WHERE cloud = ? AND project = ? AND region = ?",
        arguments: [scope.cloud, scope.project, scope.region])
    }
  }

  public func setKilledImagesListed(_ areListed: Bool, in scope: ImportScope, at date: Date) async throws {
    try await write { database in
      try database.execute(
        sql: """
          INSERT INTO killed_image (cloud, project, region, listed, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (cloud, project, region) DO UPDATE SET listed = excluded.listed, at = excluded.at
          """, arguments: [scope.cloud, scope.project, scope.region, areListed, date.timeIntervalSince1970])
    }
  }
}
