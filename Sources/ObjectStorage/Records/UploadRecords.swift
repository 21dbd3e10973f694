import CloudAccess
import Foundation

/// The uploads remembered in a directory.
public struct UploadRecords: Sendable {
  /// An upload and whether a process is at it.
  public struct Entry: Sendable, Hashable {
    public var record: UploadRecord
    public var isUnderWay: Bool
  }

  public let directory: String

  /// The directory need not be there.
  public init(directory: String) {
    self.directory = directory
  }

  /// What is remembered, the oldest first.
  public func list() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".upload") }.compactMap { name in
      let path = directory + "/" + name
      guard let data = FileManager.default.contents(atPath: path), let record = UploadRecord(lines: Array(data)) else {
        return nil
      }
      return Entry(record: record, isUnderWay: Self.isLocked(path))
    }.sorted { ($0.record.begun, $0.record.key) < ($1.record.begun, $1.record.key) }
  }

  /// Gives a remembered upload up: the store forgets its parts, then the record goes.
  ///
  /// Throws a ``CloudError`` of kind `conflict` when a process is at it, and an ``ObjectStorageError`` when the store refuses.
  public func abort(_ record: UploadRecord, in store: ObjectStore) async throws {
    let file = try UploadRecordFile.open(
      directory: directory, store: record.store, bucket: record.bucket, key: record.key)
    try await store.abortUpload(bucket: record.bucket, key: record.key, uploadID: record.uploadID)
    file.remove()
  }

  private static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
    flock(descriptor, LOCK_UN)
    return false
  }
}
