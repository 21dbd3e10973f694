/// Whether a failed call is sent again by the session.
public enum RetryPolicy: Sendable, Hashable {
  /// Sent again after transient failures: the call has the same effect however often it arrives.
  case idempotent
  /// Sent once; after a failure the caller decides, guided by ``CloudError/delivery``.
  case once
}
