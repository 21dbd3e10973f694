import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("What is told of waiting for room", .timeLimit(.minutes(1)))
struct AdmissionTellingTests {
  /// Has a slot for everybody.
  private struct FreeSlots: AdmissionSlots {
    func claimSlot(
      _ slot: Int64?, for record: String, limit: Int, recovery: Duration, now: Date
    ) async throws -> AdmissionSlotClaim { .taken(1) }
    func occupySlot(for record: String, now: Date) async throws -> Int64 { 1 }
    func releaseSlot(_ slot: Int64) async {}
    func refuseSlot(_ slot: Int64, recovery: Duration, now: Date) async {}
    func isSlotWanted(_ slot: Int64) async -> Bool { false }
  }

  private func scheduler(free: Int, _ events: EventLog) -> JobScheduler {
    let cloud = TestCloud { _, _ in .json(PreflightFacts.quota(used: 50 - free, of: 50)) }
    return JobScheduler(client: cloud.client, slots: FreeSlots(), events: events, random: { 0.5 })
  }

  private func admitting(_ count: Int, _ scheduler: JobScheduler) -> [Task<Int, any Error>] {
    (1...count).map { number in Task { try await scheduler.admit("image\(number)", record: "r\(number)") } }
  }

  @Test("Where there is room nothing is said, though slots and quota are asked for first", arguments: [1, 3])
  func room(count: Int) async throws {
    let events = EventLog()
    for task in admitting(count, scheduler(free: 40, events)) { _ = try await task.value }
    #expect(events.names.isEmpty, "\(events.events)")
  }

  @Test("Who has to wait is told for what, once the quota is known")
  func noRoom() async throws {
    let events = EventLog()
    let scheduler = scheduler(free: 1, events)
    let tasks = admitting(3, scheduler)
    while events.names.count < 2 { await Task.yield() }
    for task in tasks { task.cancel() }
    var admitted = 0
    for task in tasks { if case .success = await task.result { admitted += 1 } }
    #expect(admitted == 1)
    let reasons = events.events.compactMap { event in
      if case .waiting(_, let reason, _) = event { reason } else { nil }
    }
    #expect(
      reasons.sorted() == [
        "One import is under way, as many as the cloud takes.",
        "One import is under way, as many as the cloud takes; 1 more is ahead.",
      ])
  }
}
