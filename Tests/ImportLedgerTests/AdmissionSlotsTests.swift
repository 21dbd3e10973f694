import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import ImportLedger

@Suite("Slots that processes share")
struct AdmissionSlotsTests {
  private let now = Date(timeIntervalSince1970: 1_700_000_000)

  /// Each ledger counts as a process of its own, even over one file.
  private func ledger(_ path: String, records: [String], region: String = "eu-de") async throws -> SQLiteLedger {
    let ledger = try SQLiteLedger(path: path)
    for id in records {
      let record = ImportRecord(
        id: id, scope: ImportScope(cloud: "iam.test", project: "p", region: region), profile: "otc", key: id,
        request: ImportRequest(json: ["name": .string(id)]), isMarked: true, createdAt: now)
      _ = try await ledger.claim(record, reusing: false, refuted: [])
    }
    return ledger
  }

  private func claim(
    _ ledger: SQLiteLedger, _ record: String, _ slot: Int64? = nil, limit: Int = 2, after seconds: TimeInterval = 0
  ) async throws -> AdmissionSlotClaim {
    try await ledger.claimSlot(slot, for: record, limit: limit, recovery: .seconds(60), now: now + seconds)
  }

  private func slot(_ claim: AdmissionSlotClaim) -> Int64? { if case .taken(let slot) = claim { slot } else { nil } }
  private func place(_ claim: AdmissionSlotClaim) -> Int64? {
    if case .waiting(let place, _, _) = claim { place } else { nil }
  }

  @Test("the limit holds for all together, and whoever came first goes first")
  func limit() async throws {
    try await withLedgerPath { path in
      let (one, two) = (try await ledger(path, records: ["A", "B", "C"]), try await ledger(path, records: ["D", "E"]))
      let first = try #require(slot(try await claim(one, "A")))
      _ = try #require(slot(try await claim(two, "D")))
      let mine = try await claim(one, "B")
      let theirs = try await claim(two, "E")
      guard case .waiting(let ours, underWay: 2, ahead: 0) = mine,
        case .waiting(let other, underWay: 2, ahead: 1) = theirs
      else {
        Issue.record("\(mine) \(theirs)")
        return
      }
      #expect(await one.isSlotWanted(first))
      await one.releaseSlot(first)
      #expect(place(try await claim(two, "E", other)) == other, "it is not its turn")
      let next = try #require(slot(try await claim(one, "B", ours)))
      await one.releaseSlot(next)
      #expect(slot(try await claim(two, "E", other)) == other)
    }
  }

  @Test("slots of a process that has ended come free, and its place among the waiting too")
  func deadOwner() async throws {
    try await withLedgerPath { path in
      let two = try await ledger(path, records: ["D"])
      var place: Int64?
      do {
        let one = try await ledger(path, records: ["A", "B", "C"])
        for record in ["A", "B"] { _ = try #require(slot(try await claim(one, record))) }
        #expect(self.place(try await claim(one, "C")) != nil)
        place = self.place(try await claim(two, "D"))
        #expect(self.place(try await claim(two, "D", place)) == place)
      }
      #expect(slot(try await claim(two, "D", place)) == place)
    }
  }

  @Test("an import that two processes wait for is one import")
  func sameRecord() async throws {
    try await withLedgerPath { path in
      let (one, two) = (try await ledger(path, records: ["A", "B"]), try await ledger(path, records: []))
      _ = try #require(slot(try await claim(one, "A")))
      _ = try await two.occupySlot(for: "A", now: now)
      #expect(slot(try await claim(one, "B")) != nil)
    }
  }

  @Test("regions have limits of their own")
  func regions() async throws {
    try await withLedgerPath { path in
      let one = try await ledger(path, records: ["A"])
      let two = try await ledger(path, records: ["B"], region: "eu-nl")
      #expect(slot(try await claim(one, "A", limit: 1)) != nil)
      #expect(slot(try await claim(two, "B", limit: 1)) != nil)
    }
  }

  @Test("what a refusal taught one process holds for the others, and is forgotten step by step")
  func refusal() async throws {
    try await withLedgerPath { path in
      let (one, two) = (try await ledger(path, records: ["A", "B", "C"]), try await ledger(path, records: ["D", "E"]))
      _ = try #require(slot(try await claim(one, "A", limit: 40)))
      _ = try #require(slot(try await claim(two, "D", limit: 40)))
      let refused = try #require(slot(try await claim(one, "B", limit: 40)))
      await one.refuseSlot(refused, recovery: .seconds(60), now: now)
      let place = try #require(place(try await claim(two, "E", limit: 40, after: 59)))
      #expect(slot(try await claim(two, "E", place, limit: 40, after: 61)) == place)
      #expect(self.place(try await claim(one, "B", limit: 40, after: 61)) != nil)
    }
  }

  @Test("an occupied slot counts though it exceeds the limit; a record that is not there has none")
  func occupied() async throws {
    try await withLedgerPath { path in
      let one = try await ledger(path, records: ["A", "B"])
      let slot = try await one.occupySlot(for: "A", now: now)
      let place = try #require(place(try await claim(one, "B", limit: 1)))
      await one.releaseSlot(slot)
      #expect(self.slot(try await claim(one, "B", place, limit: 1)) == place)
      await #expect(throws: RecordStoreError.self) { try await claim(one, "nothing") }
    }
  }
}
