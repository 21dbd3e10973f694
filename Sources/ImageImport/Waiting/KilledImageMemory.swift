import Foundation

/// Remembers of each cloud, project and region whether its lists show the killed images of failed imports.
public protocol KilledImageMemory: Sendable {
  /// What was found out last; nil where nothing was.
  /// - Throws: ``RecordStoreError``.
  func areKilledImagesListed(in scope: ImportScope) async throws -> Bool?

  /// Notes what was found out.
  /// - Throws: ``RecordStoreError``.
  func setKilledImagesListed(_ areListed: Bool, in scope: ImportScope, at date: Date) async throws
}
