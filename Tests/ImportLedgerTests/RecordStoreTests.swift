import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import ImportLedger

/// What every record store does, in memory or on disk.
@Suite("A record store")
struct RecordStoreTests {
  enum Kind: String, CaseIterable, Sendable { case memory, file }

  private let scope = ImportScope(cloud: "iam.test", project: "p1", region: "eu-de")
  private let now = Date(timeIntervalSince1970: 1_700_000_000)

  private func withStore(_ kind: Kind, _ body: (any ImportRecordStore) async throws -> Void) async throws {
    switch kind {
    case .memory: try await body(InMemoryRecordStore())
    case .file: try await withLedgerPath { try await body(SQLiteLedger(path: $0)) }
    }
  }

  private func draft(_ id: String, key: String = "k", scope: ImportScope? = nil, name: String = "web01") -> ImportRecord
  {
    ImportRecord(
      id: id, scope: scope ?? self.scope, profile: "otc", key: key,
      request: ImportRequest(json: ["name": .string(name), "min_disk": 40]), isMarked: true, createdAt: now)
  }

  @Test("gives back what was stored", arguments: Kind.allCases)
  func roundTrip(kind: Kind) async throws {
    try await withStore(kind) { store in
      let claim = try await store.claim(draft("A"), reusing: true, refuted: [])
      guard case .started(let started) = claim else {
        Issue.record("\(claim)")
        return
      }
      #expect(started.state == .intent)
      try await store.apply(.send, to: "A", at: now + 1)
      try await store.apply(.accept(jobID: "j"), to: "A", at: now + 2, requestID: "r", result: nil)
      let done = try await store.apply(
        .succeed(imageID: "i"), to: "A", at: now + 3, requestID: nil, result: ["status": "SUCCESS"])
      #expect(try await store.record("A") == done)
      #expect(done.sentAt == now + 1 && done.updatedAt == now + 3 && done.requestID == "r" && done.attempts == 1)
      #expect(done.result == ["status": "SUCCESS"] && done.jobID == "j" && done.imageID == "i")
      #expect(done.request == draft("A").request && done.createdAt == now)
    }
  }

  @Test("lets one flight of a key exist, by scope", arguments: Kind.allCases)
  func flights(kind: Kind) async throws {
    try await withStore(kind) { store in
      _ = try await store.claim(draft("A"), reusing: true, refuted: [])
      guard case .busy(let busy) = try await store.claim(draft("B"), reusing: true, refuted: []) else {
        Issue.record("two flights")
        return
      }
      #expect(busy.id == "A")
      let elsewhere = ImportScope(cloud: "iam.test", project: "p2", region: "eu-de")
      guard case .started = try await store.claim(draft("C", scope: elsewhere), reusing: true, refuted: []) else {
        Issue.record("scopes mix")
        return
      }
      try await store.apply(.send, to: "A", at: now)
      try await store.apply(.accept(jobID: "j"), to: "A", at: now)
      let accepted = try #require(try await store.record("A"))
      #expect(try await store.claim(draft("D"), reusing: true, refuted: []) == .underWay(accepted))
      try await store.apply(.fail(code: "IMG.0121", reason: "no"), to: "A", at: now)
      guard case .started = try await store.claim(draft("E"), reusing: true, refuted: []) else {
        Issue.record("a failed key is free")
        return
      }
    }
  }

  @Test("hands a released flight to the next, and no other", arguments: Kind.allCases)
  func release(kind: Kind) async throws {
    try await withStore(kind) { store in
      _ = try await store.claim(draft("A"), reusing: true, refuted: [])
      #expect(try await store.isDriven("A"))
      await store.release("A")
      #expect(try await !store.isDriven("A"))
      guard case .takenOver = try await store.claim(draft("B"), reusing: true, refuted: []),
        case .busy = try await store.claim(id: "A")
      else {
        Issue.record("not handed over once")
        return
      }
      #expect(try await store.claim(id: "none") == nil)
    }
  }

  @Test("finds the latest success unless it is refuted or unwanted", arguments: Kind.allCases)
  func reuse(kind: Kind) async throws {
    try await withStore(kind) { store in
      for id in ["A", "B"] {
        _ = try await store.claim(draft(id), reusing: false, refuted: [])
        try await store.apply(.send, to: id, at: now)
        try await store.apply(.accept(jobID: "j" + id), to: id, at: now)
        try await store.apply(.succeed(imageID: "i" + id), to: id, at: now)
      }
      #expect(try await store.claim(draft("C"), reusing: true, refuted: []).record.id == "B")
      #expect(try await store.claim(draft("C"), reusing: true, refuted: ["B"]).record.id == "A")
      guard case .started = try await store.claim(draft("C"), reusing: true, refuted: ["A", "B"]) else {
        Issue.record("refuted ones count")
        return
      }
    }
  }

  @Test("refuses illegal moves and unknown records, changing nothing", arguments: Kind.allCases)
  func illegal(kind: Kind) async throws {
    try await withStore(kind) { store in
      _ = try await store.claim(draft("A"), reusing: true, refuted: [])
      await #expect(throws: ImportRecordStateMachine.IllegalMove.self) {
        try await store.apply(.accept(jobID: "j"), to: "A", at: now)
      }
      #expect(try await store.record("A")?.state == .intent)
      await #expect(throws: RecordStoreError.self) { try await store.apply(.send, to: "none", at: now) }
    }
  }

  @Test("resubmits in one step: the old record ends, the new one is driven", arguments: Kind.allCases)
  func resubmit(kind: Kind) async throws {
    try await withStore(kind) { store in
      _ = try await store.claim(draft("A"), reusing: true, refuted: [])
      await #expect(throws: ImportRecordStateMachine.IllegalMove.self) {
        try await store.resubmit("A", as: draft("B"), at: now)
      }
      #expect(try await store.record("B") == nil)
      for event in [ImportRecordEvent.send, .lose(reason: "cut"), .findNothing] {
        try await store.apply(event, to: "A", at: now)
      }
      #expect(try await store.resubmit("A", as: draft("B"), at: now).state == .intent)
      #expect(try await store.record("A")?.progress.successor == "B")
      guard case .busy(let busy) = try await store.claim(draft("C"), reusing: true, refuted: []) else {
        Issue.record("the new one is not driven")
        return
      }
      #expect(busy.id == "B")
    }
  }

  @Test("filters by state, name, key, cloud, job, time and openness, the latest of a limit", arguments: Kind.allCases)
  func filters(kind: Kind) async throws {
    try await withStore(kind) { store in
      for (index, id) in ["A", "B", "C"].enumerated() {
        var draft = draft(id, key: "k" + id, name: "web" + id)
        draft.createdAt = now + Double(index)
        _ = try await store.claim(draft, reusing: true, refuted: [])
      }
      try await store.apply(.send, to: "B", at: now)
      try await store.apply(.accept(jobID: "jb"), to: "B", at: now)
      try await store.apply(.fail(code: nil, reason: "x"), to: "C", at: now)
      func ids(_ filter: ImportRecordFilter) async throws -> String {
        try await store.records(filter).map(\.id).joined()
      }
      #expect(try await ids(ImportRecordFilter()) == "ABC")
      #expect(try await ids(ImportRecordFilter(states: [.accepted, .failed])) == "BC")
      #expect(try await ids(ImportRecordFilter(states: [])) == "")
      #expect(try await ids(ImportRecordFilter(name: "webA")) == "A")
      #expect(try await ids(ImportRecordFilter(key: "kB")) == "B")
      #expect(try await ids(ImportRecordFilter(cloud: "IAM.test")) == "ABC")
      #expect(try await ids(ImportRecordFilter(cloud: "otc")) == "ABC")
      #expect(try await ids(ImportRecordFilter(cloud: "x")) == "")
      #expect(try await ids(ImportRecordFilter(jobID: "jb")) == "B")
      #expect(try await ids(ImportRecordFilter(since: now + 1)) == "BC")
      #expect(try await ids(ImportRecordFilter(isOpen: true)) == "AB")
      #expect(try await ids(ImportRecordFilter(isOpen: false)) == "C")
      #expect(try await ids(ImportRecordFilter(limit: 2)) == "BC")
    }
  }

  @Test("forgets what nobody drives", arguments: Kind.allCases)
  func forget(kind: Kind) async throws {
    try await withStore(kind) { store in
      _ = try await store.claim(draft("A"), reusing: true, refuted: [])
      #expect(try await !store.forget("A"))
      await store.release("A")
      #expect(try await store.forget("A"))
      #expect(try await store.record("A") == nil)
    }
  }

  @Test("keeps the latest measurements of a cloud", arguments: Kind.allCases)
  func visibility(kind: Kind) async throws {
    try await withStore(kind) { store in
      for index in 0..<205 {
        try await store.addVisibility(index == 204 ? nil : .seconds(index), in: scope, at: now + Double(index))
      }
      let known = try await store.visibility(in: scope)
      #expect(known.lags.count == 200 && known.lags.first == .some(.seconds(5)) && known.lags.last == .some(nil))
      #expect(try await store.visibility(in: ImportScope(cloud: "x", project: "", region: "")).lags.isEmpty)
    }
  }

  @Test("records all the same when the calling task is cancelled", arguments: Kind.allCases)
  func cancelled(kind: Kind) async throws {
    try await withStore(kind) { store in
      let draft = draft("A")
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await store.claim(draft, reusing: true, refuted: [])
      }
      _ = try await task.value
      #expect(try await store.record("A") != nil)
    }
  }
}

/// A path for a ledger in a directory of the test's own.
func withLedgerPath(_ body: (String) async throws -> Void) async throws {
  let directory = FileManager.default.temporaryDirectory.appending(path: "slipway-ledger-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: directory) }
  try await body(directory.appending(path: "state/ledger.sqlite").path)
}
