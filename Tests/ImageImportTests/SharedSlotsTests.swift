import CloudAccess
import Foundation
import Synchronization
import Testing

@testable import ImageImport

@Suite("Slots that the scheduler shares with others", .timeLimit(.minutes(1)))
struct SharedSlotsTests {
  /// Slots of which others hold some: one is free where the limit is larger than those.
  private final class Slots: AdmissionSlots {
    let heldElsewhere = Mutex(0)
    let limits = Mutex<[Int]>([])

    func claimSlot(
      _ slot: Int64?, for record: String, limit: Int, recovery: Duration, now: Date
    ) async throws -> AdmissionSlotClaim {
      limits.withLock { $0.append(limit) }
      let held = heldElsewhere.withLock { $0 }
      return limit > held ? .taken(1) : .waiting(1, underWay: held, ahead: 0)
    }

    func occupySlot(for record: String, now: Date) async throws -> Int64 { 1 }
    func releaseSlot(_ slot: Int64) async {}
    func refuseSlot(_ slot: Int64, recovery: Duration, now: Date) async {}
    func isSlotWanted(_ slot: Int64) async -> Bool { false }
  }

  @Test("The limit that a refusal lowered rises for an import, too, that waits for others to give a slot back")
  func rising() async throws {
    let cloud = TestCloud { _, _ in HTTPResponse(status: 404, body: []) }
    let slots = Slots()
    let scheduler = JobScheduler(client: cloud.client, slots: slots, events: EventLog(), random: { 0.5 })
    try await cloud.run(for: .seconds(1000)) {
      let ticket = try await scheduler.admit("web01", record: "r")
      slots.heldElsewhere.withLock { $0 = 5 }
      let refusal = CloudError(kind: .service, message: "too many tasks", code: "IMG.0060")
      try await scheduler.admitAgain(ticket, "web01", after: refusal)
    }
    #expect(slots.limits.withLock { $0.last } == 6)
    #expect(cloud.time.monotonic < .seconds(400))
  }
}
