import CloudAccess
import Foundation

/// The durable memory of what was submitted.
///
/// What a method has returned is on disk. None of them is undone by the cancellation of the calling task: half a record would be worse
/// than a late one. A record that is not final and that the cloud does not yet work on is driven by one holder at a time, in whatever
/// process; a holder that died holds nothing.
public protocol ImportRecordStore: Sendable {
  /// Looks for an import of the draft's scope and key and, if there is none, records the draft; in one step that no other can part.
  ///
  /// - Parameters:
  ///   - draft: what to record; its state becomes `intent`.
  ///   - reusing: whether an import that succeeded before counts.
  ///   - refuted: records of imports that succeeded, but whose image is gone.
  /// - Returns: the draft, now on record, or the record that is there already.
  /// - Throws: ``RecordStoreError``.
  func claim(_ draft: ImportRecord, reusing: Bool, refuted: Set<String>) async throws -> ImportClaim

  /// The same for a record that exists; nil when there is none of this id.
  func claim(id: String) async throws -> ImportClaim?

  /// Says that the caller no longer drives a record.
  func release(_ id: String) async

  /// Makes a move on record.
  ///
  /// - Throws: ``ImportRecordStateMachine/IllegalMove``, or why it could not be stored.
  @discardableResult
  func apply(
    _ event: ImportRecordEvent, to id: String, at date: Date, requestID: String?, result: JSONValue?
  ) async throws -> ImportRecord

  /// Ends a record that was not found and begins its successor, in one step.
  ///
  /// - Parameters:
  ///   - id: the record that was not found.
  ///   - draft: the successor, with an id of its own; its state becomes `intent`, driven by the caller.
  ///   - date: when.
  /// - Returns: the successor as stored.
  /// - Throws: ``ImportRecordStateMachine/IllegalMove``, or ``RecordStoreError``.
  func resubmit(_ id: String, as draft: ImportRecord, at date: Date) async throws -> ImportRecord

  /// Whether somebody who is alive drives a record.
  func isDriven(_ id: String) async throws -> Bool

  func record(_ id: String) async throws -> ImportRecord?

  /// The records that match, the earliest first.
  func records(_ filter: ImportRecordFilter) async throws -> [ImportRecord]

  /// Removes a record; one that somebody drives stays.
  ///
  /// - Returns: whether it was removed.
  func forget(_ id: String) async throws -> Bool

  /// Notes how soon a marker was listed; nil for not before the end.
  func addVisibility(_ lag: Duration?, in scope: ImportScope, at date: Date) async throws
  func visibility(in scope: ImportScope) async throws -> MarkerVisibility
}

extension ImportRecordStore {
  @discardableResult
  public func apply(_ event: ImportRecordEvent, to id: String, at date: Date) async throws -> ImportRecord {
    try await apply(event, to: id, at: date, requestID: nil, result: nil)
  }
}
