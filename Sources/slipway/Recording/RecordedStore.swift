import Cassette
import CloudAccess
import Foundation
import ImageImport
import Synchronization

/// A store that writes into a cassette what it knew before the run, as far as the run asks for it.
///
/// A record that is there already changes what is sent: an import is waited for instead of sent, or its image found again. A replay has no
/// ledger, so it gets these records, in the state in which they were first seen.
final class RecordedStore: ImportRecordStore {
  static let recordNote = "known_record"
  static let lagsNote = "known_lags"

  private struct State {
    /// Records that this run made, or that were written down.
    var familiar: Set<String> = []
    var scopes: Set<ImportScope> = []
  }

  private let store: any ImportRecordStore
  private let recorder: CassetteRecorder
  private let state = Mutex(State())

  init(_ store: any ImportRecordStore, _ recorder: CassetteRecorder) {
    self.store = store
    self.recorder = recorder
  }

  /// A store in memory that knows what the recorded one knew.
  static func replayed(_ content: CassetteContent) -> InMemoryRecordStore {
    var lags: [ImportScope: [Duration?]] = [:]
    for note in content.notes[lagsNote] ?? [] {
      guard let scope = ImportScope(cassette: note["scope"]) else { continue }
      lags[scope] = (note["seconds"]?.arrayValue ?? []).map { $0.doubleValue.map { .seconds($0) } }
    }
    let records = (content.notes[recordNote] ?? []).compactMap { ImportRecord(cassette: $0["record"]) }
    return InMemoryRecordStore(records: records, lags: lags)
  }

  private func made(_ id: String) { state.withLock { _ = $0.familiar.insert(id) } }

  private func saw(_ record: ImportRecord) {
    guard state.withLock({ $0.familiar.insert(record.id).inserted }) else { return }
    recorder.note(Self.recordNote, ["record": record.cassetteJSON])
  }

  func claim(_ draft: ImportRecord, reusing: Bool, refuted: Set<String>) async throws -> ImportClaim {
    let claim = try await store.claim(draft, reusing: reusing, refuted: refuted)
    if case .started(let record) = claim { made(record.id) } else { saw(claim.record) }
    return claim
  }

  func claim(id: String) async throws -> ImportClaim? {
    let claim = try await store.claim(id: id)
    if let claim { saw(claim.record) }
    return claim
  }

  func release(_ id: String) async { await store.release(id) }

  func apply(
    _ event: ImportRecordEvent, to id: String, at date: Date, requestID: String?, result: JSONValue?
  ) async throws -> ImportRecord {
    try await store.apply(event, to: id, at: date, requestID: requestID, result: result)
  }

  func resubmit(_ id: String, as draft: ImportRecord, at date: Date) async throws -> ImportRecord {
    let record = try await store.resubmit(id, as: draft, at: date)
    made(record.id)
    return record
  }

  func isDriven(_ id: String) async throws -> Bool { try await store.isDriven(id) }

  func record(_ id: String) async throws -> ImportRecord? {
    let record = try await store.record(id)
    if let record { saw(record) }
    return record
  }

  func records(_ filter: ImportRecordFilter) async throws -> [ImportRecord] {
    let records = try await store.records(filter)
    for record in records { saw(record) }
    return records
  }

  func forget(_ id: String) async throws -> Bool { try await store.forget(id) }

  func addVisibility(_ lag: Duration?, in scope: ImportScope, at date: Date) async throws {
    try await store.addVisibility(lag, in: scope, at: date)
  }

  func visibility(in scope: ImportScope) async throws -> MarkerVisibility {
    let visibility = try await store.visibility(in: scope)
    if state.withLock({ $0.scopes.insert(scope).inserted }), !visibility.lags.isEmpty {
      recorder.note(
        Self.lagsNote,
        [
          "scope": scope.cassetteJSON,
          "seconds": .array(visibility.lags.map { $0.map { .number($0.inSeconds) } ?? .null }),
        ])
    }
    return visibility
  }
}
