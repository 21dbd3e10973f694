import CloudAccess

/// Lets imports through as the cloud has room for them; see ``AdmissionGate``.
public protocol ImportAdmission: Sendable {
  /// Returns when an import may be sent, with its ticket.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; it is out of the queue then.
  func admit(_ name: String?, record: String) async throws -> Int

  /// The cloud refused a ticket's import for want of room: returns when it may be sent again.
  func admitAgain(_ ticket: Int, _ name: String?, after error: CloudError) async throws

  /// The cloud took the import on; the ticket is given back when the job has ended.
  func accepted(_ ticket: Int, as job: JobReference) async

  /// A job was found under way; it counts until it has ended.
  func underWay(_ job: JobReference) async

  /// The ticket is given back without a job.
  func withdraw(_ ticket: Int) async

  /// Whether another import than the ticket's is under way, so that waiting may help.
  func hasOthers(than ticket: Int) async -> Bool
}
