import CloudAccess
import Foundation

/// Remembers how long finished imports took.
public protocol JobDurationHistory: Sendable {
  /// The latest imports that succeeded, the earliest first: the size of the disk, and how long the cloud worked on it by its own clock.
  func finishedImports(
    in scope: ImportScope, limit: Int
  ) async throws -> [(size: JobDurations.Size, duration: Duration)]
}

/// What a ledger knows about the time imports take.
public struct RecordedDurations: JobDurationHistory {
  private let store: any ImportRecordStore

  public init(store: any ImportRecordStore) {
    self.store = store
  }

  public func finishedImports(
    in scope: ImportScope, limit: Int
  ) async throws -> [(size: JobDurations.Size, duration: Duration)] {
    var filter = ImportRecordFilter(scope: scope)
    filter.states = [.succeeded]
    filter.limit = limit
    return try await store.records(filter).compactMap { record in
      guard let result = record.result, let duration = JobStatus(json: result).duration else { return nil }
      return (JobDurations.Size(minDisk: record.request.minDisk), duration)
    }
  }
}

extension JobStatus {
  /// From begin to end by the cloud's clock, where it told both.
  public var duration: Duration? {
    guard let beginTime, let endTime, endTime > beginTime else { return nil }
    return .seconds(endTime.timeIntervalSince(beginTime))
  }
}
