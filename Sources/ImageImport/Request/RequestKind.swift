import CloudAccess

/// What a request to the image service is for; each kind has its share of the ``RequestBudget``.
public enum RequestKind: Int, Sendable, Hashable, CaseIterable {
  /// Starts an import.
  case submit

  /// Asks for a job.
  case poll

  /// Everything else: lists, details, the quota, changes.
  case list

  /// Of a call; nil for one that is not the image service's.
  public init?(_ call: APICall) {
    guard call.service == .image else { return nil }
    if call.method == "POST", call.path.hasSuffix("/action"), call.path.contains("import") {
      self = .submit
    } else if call.method == "GET", call.path.contains("/jobs/") {
      self = .poll
    } else {
      self = .list
    }
  }
}
