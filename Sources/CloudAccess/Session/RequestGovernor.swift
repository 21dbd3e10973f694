/// Decides when a session may send, and hears what the cloud refused.
///
/// The session asks before every single request of a call, repetitions included.
public protocol RequestGovernor: Sendable {
  /// Returns when a request of the call may leave; throws when the task is cancelled.
  func admit(_ call: APICall) async throws

  /// A request that left at `sentAt`, on the session's monotonic clock, was refused.
  func refused(_ call: APICall, _ error: CloudError, sentAt: Duration)
}
