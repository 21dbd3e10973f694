import CloudAccess

/// What is known after one POST of an import.
public enum SubmissionOutcome: Sendable {
  /// The cloud took the import on.
  case accepted(jobID: String, requestID: String?)

  /// Certainly no byte of the request was acted on: it may be sent again.
  case notSent(CloudError)

  /// The cloud said no: nothing was created.
  case refused(CloudError)

  /// The import may have been started, and its job id is lost: it must never be sent again blindly.
  case ambiguous(CloudError)

  /// From the failure of the call.
  ///
  /// A 4xx is a refusal, but 408 is not: the gateway gave up waiting, and what lies behind it may have the request.
  public init(_ error: CloudError) {
    switch error.delivery {
    case .notSent: self = .notSent(error)
    case .ambiguous: self = .ambiguous(error)
    case .answered:
      let status = error.status ?? 0
      self = (300..<500).contains(status) && status != 408 ? .refused(error) : .ambiguous(error)
    }
  }

  /// From an answer with a success status; without a usable `job_id` the outcome is unknown.
  public init(_ response: APIResponse) {
    if let job = response.json?.text("job_id") {
      self = .accepted(jobID: job, requestID: response.requestID)
      return
    }
    self = .ambiguous(
      CloudError(
        kind: .service,
        message: "The cloud answered \(response.status) to the import but named no job_id.", status: response.status,
        requestID: response.requestID, delivery: .ambiguous))
  }
}
