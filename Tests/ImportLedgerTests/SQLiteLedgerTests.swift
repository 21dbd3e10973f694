import CloudAccess
import Foundation
import GRDB
import ImageImport
import Testing

@testable import ImportLedger

@Suite("The ledger on disk")
struct SQLiteLedgerTests {
  private let scope = ImportScope(cloud: "iam.test", project: "p", region: "eu-de")

  private func draft(_ id: String, key: String = "k") -> ImportRecord {
    ImportRecord(
      id: id, scope: scope, profile: "otc", key: key, request: ImportRequest(json: ["name": "web01"]), isMarked: true,
      createdAt: Date(timeIntervalSince1970: 1_700_000_000))
  }

  private func error(_ path: String) -> RecordStoreError? {
    do {
      _ = try SQLiteLedger(path: path)
      return nil
    } catch {
      return error as? RecordStoreError
    }
  }

  @Test("belongs to its user alone")
  func permissions() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path)
      _ = try await ledger.claim(draft("A"), reusing: true, refuted: [])
      func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
      }
      #expect(try mode(URL(fileURLWithPath: path).deletingLastPathComponent().path) == 0o700)
      for suffix in ["", "-wal", "-shm", "-owners"] { #expect(try mode(path + suffix) == 0o600, "\(suffix)") }
    }
  }

  @Test("commits to the disk: WAL with full synchronisation")
  func durability() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path)
      #expect(try await ledger.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
      #expect(try await ledger.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    }
  }

  @Test("shows one ledger what another has just written")
  func sharing() async throws {
    try await withLedgerPath { path in
      let (one, two) = (try SQLiteLedger(path: path), try SQLiteLedger(path: path))
      _ = try await one.claim(draft("A"), reusing: true, refuted: [])
      guard case .busy(let busy) = try await two.claim(draft("B"), reusing: true, refuted: []) else {
        Issue.record("two flights of one key")
        return
      }
      #expect(busy.id == "A")
      #expect(try await two.isDriven("A"))
      #expect(try await one.isDriven("A"))
      #expect(try await !two.forget("A"))
    }
  }

  @Test("knows at once that an owner died, and lets one heir take over")
  func death() async throws {
    try await withLedgerPath { path in
      var first: SQLiteLedger? = try SQLiteLedger(path: path)
      _ = try await first?.claim(draft("A"), reusing: true, refuted: [])
      try await first?.apply(.send, to: "A", at: Date())
      let (two, three) = (try SQLiteLedger(path: path), try SQLiteLedger(path: path))
      guard case .busy = try await two.claim(id: "A") else {
        Issue.record("taken from the living")
        return
      }
      first = nil
      guard case .takenOver(let record) = try await two.claim(id: "A"), case .busy = try await three.claim(id: "A")
      else {
        Issue.record("not taken over once")
        return
      }
      #expect(record.state == .sent)
    }
  }

  @Test("lets a hundred tasks over four open ledgers start a key once")
  func race() async throws {
    try await withLedgerPath { path in
      let ledgers = try (0..<4).map { _ in try SQLiteLedger(path: path) }
      let started = try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<100 {
          let draft = draft("R\(index)")
          group.addTask {
            if case .started = try await ledgers[index % 4].claim(draft, reusing: true, refuted: []) { return true }
            return false
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(started == 1)
    }
  }

  @Test("refuses a second open flight even to hands that do not ask")
  func index() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path)
      _ = try await ledger.claim(draft("A"), reusing: true, refuted: [])
      let other = draft("B")
      await #expect(throws: (any Error).self) { try await ledger.write { try LedgerRow.insert(other, owner: 1, $0) } }
    }
  }

  @Test("opens a file of the first format and keeps all that is in it")
  func migration() async throws {
    try await withLedgerPath { path in
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      let old = try DatabaseQueue(path: path)
      try await old.writeWithoutTransaction { try $0.execute(sql: OldLedgers.version1) }
      try old.close()
      let ledger = try SQLiteLedger(path: path)
      let records = try await ledger.records(ImportRecordFilter())
      #expect(records.map(\.state) == [.succeeded, .unknown])
      #expect(records[0].imageID == "i1" && records[0].result == nil && records[1].progress.reason == "cut")
      #expect(try await ledger.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == LedgerSchema.version)
      try await ledger.addVisibility(.seconds(1), in: scope, at: Date())
      guard case .takenOver = try await ledger.claim(id: records[1].id) else {
        Issue.record("an owner of an old file lives on")
        return
      }
    }
  }

  @Test("adds the ids of traces to a file of the third format, whose records have none")
  func traces() async throws {
    try await withLedgerPath { path in
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      let old = try DatabaseQueue(path: path)
      try await old.writeWithoutTransaction { try $0.execute(sql: OldLedgers.version3) }
      try old.close()
      let ledger = try SQLiteLedger(path: path)
      let records = try await ledger.records(ImportRecordFilter())
      #expect(records.map(\.key) == ["a", "b"] && records.allSatisfy { $0.trace == nil })
      #expect(records[0].result == ["status": "SUCCESS"] && records[0].json["trace_id"] == nil)
      var traced = draft("01HF000000000000000000000C", key: "c")
      traced.trace = TraceContext(
        traceID: String(repeating: "a", count: 32), spanID: String(repeating: "b", count: 16),
        parentSpanID: String(repeating: "c", count: 16))
      _ = try await ledger.claim(traced, reusing: true, refuted: [])
      try await ledger.apply(.send, to: traced.id, at: Date())
      let again = try #require(try await SQLiteLedger(path: path).record(traced.id))
      #expect(again.state == .sent && again.trace == traced.trace)
      #expect(again.json["parent_span_id"] == .string(String(repeating: "c", count: 16)))
    }
  }

  @Test("remembers of each region whether killed images are listed")
  func killedImages() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path)
      let other = ImportScope(cloud: "iam.test", project: "p", region: "eu-nl")
      #expect(try await ledger.areKilledImagesListed(in: scope) == nil)
      try await ledger.setKilledImagesListed(true, in: scope, at: Date())
      try await ledger.setKilledImagesListed(false, in: other, at: Date())
      #expect(try await SQLiteLedger(path: path).areKilledImagesListed(in: scope) == true)
      try await ledger.setKilledImagesListed(false, in: scope, at: Date())
      #expect(try await ledger.areKilledImagesListed(in: scope) == false)
      #expect(try await ledger.areKilledImagesListed(in: other) == false)
    }
  }

  @Test("refuses what is no ledger, or not one of this version, and leaves it byte for byte as it was")
  func refusals() async throws {
    try await withLedgerPath { path in
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      func database(_ name: String, _ sql: String) async throws -> String {
        let file = directory.appending(path: name).path
        let queue = try DatabaseQueue(path: file)
        try await queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
        return file
      }
      let newer = try await database(
        "newer", "PRAGMA application_id = \(LedgerSchema.applicationID); PRAGMA user_version = 99; CREATE TABLE t (a)")
      let foreign = try await database("foreign", "CREATE TABLE t (a); INSERT INTO t VALUES (1)")
      let text = directory.appending(path: "text").path
      try Data("this is no database, but a longer text".utf8).write(to: URL(fileURLWithPath: text))
      let cases: [(String, RecordStoreError.Kind)] = [(newer, .newer), (foreign, .foreign), (text, .corrupt)]
      for (file, kind) in cases {
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let fault = try #require(error(file))
        #expect(fault.kind == kind && fault.hint != nil && fault.message.contains(file))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
      }
      #expect(error(directory.path)?.kind == .inaccessible)
      #expect(error(text + "/below/ledger.sqlite")?.kind == .inaccessible)
    }
  }

  @Test("notices a damaged file when it is opened, and does not repair it into an empty one")
  func damage() async throws {
    try await withLedgerPath { path in
      do {
        let ledger = try SQLiteLedger(path: path)
        for index in 0..<200 {
          _ = try await ledger.claim(draft("A\(index)", key: "k\(index)"), reusing: true, refuted: [])
        }
        try await ledger.write { try $0.execute(sql: "UPDATE import SET owner = NULL") }
      }
      let url = URL(fileURLWithPath: path)
      var bytes = try Data(contentsOf: url)
      #expect(bytes.count > 40_000)
      for offset in stride(from: 8192, to: bytes.count, by: 7) { bytes[offset] ^= 0xA5 }
      try bytes.write(to: url)
      let fault = try #require(error(path))
      #expect(fault.kind == .corrupt && fault.hint?.contains(".recover") == true)
      #expect(try Data(contentsOf: url) == bytes)
    }
  }

  @Test("says that the disk is full, and keeps what it has")
  func full() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path)
      let pages = try await ledger.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
      try await ledger.write { try $0.execute(sql: "PRAGMA max_page_count = \(pages + 1)") }
      let fault = await #expect(throws: RecordStoreError.self) {
        for index in 0..<1000 {
          _ = try await ledger.claim(draft("A\(index)", key: "k\(index)"), reusing: true, refuted: [])
        }
      }
      #expect(fault?.kind == .full)
      #expect(try await !ledger.records(ImportRecordFilter()).isEmpty)
    }
  }

  @Test("says that another process held it, after its patience")
  func locked() async throws {
    try await withLedgerPath { path in
      let ledger = try SQLiteLedger(path: path, patience: 0.05)
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let other = try DatabaseQueue(path: path, configuration: configuration)
      try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
      let fault = await #expect(throws: RecordStoreError.self) {
        _ = try await ledger.claim(draft("A"), reusing: true, refuted: [])
      }
      #expect(fault?.kind == .locked)
      try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      _ = try await ledger.claim(draft("A"), reusing: true, refuted: [])
    }
  }
}
