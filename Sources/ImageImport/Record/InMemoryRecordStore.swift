import CloudAccess
import Foundation
import Synchronization

/// A record store that ends with the process: for tests, and for those who want no ledger.
public final class InMemoryRecordStore: ImportRecordStore {
  private struct State {
    private(set) var records: [String: Indirect<ImportRecord>] = [:]

    /// The ids of the records of a key, in the order in which they were made.
    private var byKey: [String: [String]] = [:]
    var held: Set<String> = []
    var lags: [ImportScope: [Duration?]] = [:]

    subscript(id: String) -> ImportRecord? { records[id]?.wrappedValue }

    func records(of key: String, in scope: ImportScope) -> [ImportRecord] {
      byKey[key, default: []].compactMap { self[$0] }.filter { $0.scope == scope }.sorted { $0.id < $1.id }
    }

    mutating func put(_ record: ImportRecord) {
      if records.updateValue(Indirect(wrappedValue: record), forKey: record.id) == nil {
        byKey[record.key, default: []].append(record.id)
      }
    }

    mutating func remove(_ id: String) -> Bool {
      guard let record = records.removeValue(forKey: id)?.wrappedValue else { return false }
      byKey[record.key]?.removeAll { $0 == id }
      if byKey[record.key]?.isEmpty == true { byKey[record.key] = nil }
      return true
    }
  }

  private let state: Mutex<State>

  /// A store that knows these records already, which nobody drives, and how soon markers were listed so far.
  public init(records: [ImportRecord] = [], lags: [ImportScope: [Duration?]] = [:]) {
    var known = State()
    for record in records { known.put(record) }
    known.lags = lags
    state = Mutex(known)
  }

  public func claim(_ draft: ImportRecord, reusing: Bool, refuted: Set<String>) async throws -> ImportClaim {
    try state.withLock { state in
      let same = state.records(of: draft.key, in: draft.scope)
      if let open = same.first(where: { !$0.state.isFinal }) { return Self.claim(open, &state) }
      if reusing, let done = same.last(where: { $0.state == .succeeded && !refuted.contains($0.id) }) {
        return .finished(done)
      }
      var record = draft
      try record.apply(.intend, at: draft.createdAt)
      state.put(record)
      state.held.insert(record.id)
      return .started(record)
    }
  }

  public func claim(id: String) async throws -> ImportClaim? {
    state.withLock { state in state[id].map { Self.claim($0, &state) } }
  }

  private static func claim(_ record: ImportRecord, _ state: inout State) -> ImportClaim {
    if record.state.isFinal { return .finished(record) }
    if record.state.isUnderWay { return .underWay(record) }
    return state.held.insert(record.id).inserted ? .takenOver(record) : .busy(record)
  }

  public func release(_ id: String) async { state.withLock { _ = $0.held.remove(id) } }

  public func apply(
    _ event: ImportRecordEvent, to id: String, at date: Date, requestID: String?, result: JSONValue?
  ) async throws -> ImportRecord {
    try state.withLock { state in
      guard var record = state[id] else { throw RecordStoreError(.missing, "There is no record \(id).") }
      try record.apply(event, at: date, requestID: requestID, result: result)
      state.put(record)
      if record.state.isFinal || record.state.isUnderWay { state.held.remove(id) }
      return record
    }
  }

  public func resubmit(_ id: String, as draft: ImportRecord, at date: Date) async throws -> ImportRecord {
    try state.withLock { state in
      guard var old = state[id] else { throw RecordStoreError(.missing, "There is no record \(id).") }
      var new = draft
      try old.apply(.resubmit(as: new.id), at: date)
      try new.apply(.intend, at: date)
      state.put(old)
      state.put(new)
      state.held.remove(id)
      state.held.insert(new.id)
      return new
    }
  }

  public func isDriven(_ id: String) async throws -> Bool { state.withLock { $0.held.contains(id) } }

  public func record(_ id: String) async throws -> ImportRecord? { state.withLock { $0[id] } }

  public func records(_ filter: ImportRecordFilter) async throws -> [ImportRecord] {
    let kept = state.withLock { $0.records.values.map(\.wrappedValue) }
    let all = kept.filter(filter.accepts).sorted { $0.id < $1.id }
    return filter.limit.map { Array(all.suffix($0)) } ?? all
  }

  public func forget(_ id: String) async throws -> Bool {
    state.withLock { state in !state.held.contains(id) && state.remove(id) }
  }

  public func addVisibility(_ lag: Duration?, in scope: ImportScope, at date: Date) async throws {
    state.withLock { state in
      state.lags[scope, default: []].append(lag)
      state.lags[scope] = state.lags[scope]?.suffix(MarkerVisibility.window)
    }
  }

  public func visibility(in scope: ImportScope) async throws -> MarkerVisibility {
    MarkerVisibility(lags: state.withLock { $0.lags[scope] ?? [] })
  }
}
