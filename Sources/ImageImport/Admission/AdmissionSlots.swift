import CloudAccess
import Foundation

/// The places of imports under way that several processes share, since the cloud's limit holds for all of them together.
///
/// Each process has its own ``AdmissionGate``; whom that lets through still has to get a slot. Those of a process that has ended come free.
public protocol AdmissionSlots: Sendable {
  /// Takes a slot for a record, or keeps its place among those that wait, first come, first served.
  ///
  /// - Parameters:
  ///   - slot: the slot by which an earlier call said to wait.
  ///   - record: what it is for; a record that holds a slot in another process already needs none.
  ///   - limit: how many may be under way in the record's project and region.
  ///   - recovery: how long after a refusal the limit that it taught rises by one.
  ///   - now: the time by which refusals are dated.
  /// - Returns: the slot, or the place among those that wait.
  /// - Throws: ``RecordStoreError``.
  func claimSlot(
    _ slot: Int64?, for record: String, limit: Int, recovery: Duration, now: Date
  ) async throws -> AdmissionSlotClaim

  /// Takes a slot whatever the limit, for an import found under way.
  func occupySlot(for record: String, now: Date) async throws -> Int64

  /// Gives a slot back, or a place among those that wait.
  func releaseSlot(_ slot: Int64) async

  /// Gives a slot back because the cloud refused its import: no more than the others hold are let through for now, in any process.
  func refuseSlot(_ slot: Int64, recovery: Duration, now: Date) async

  /// Whether another process waits for a slot in the project and region of one.
  func isSlotWanted(_ slot: Int64) async -> Bool
}

/// What became of the wish for a slot.
public enum AdmissionSlotClaim: Sendable, Hashable {
  case taken(Int64)

  /// So many are under way in all processes, and so many in others are ahead.
  case waiting(Int64, underWay: Int, ahead: Int)
}
