import CloudAccess

/// Sends imports straight to the cloud, remembering nothing.
///
/// What was certainly not sent is tried again a few times, and so is what was refused for want of room. An unknown outcome is an
/// error that says how to find out: without a ledger there is no proof to act on.
public struct DirectSubmitter: Submitter {
  private let client: ImageClient
  private let policy: SubmissionPolicy
  private let events: any ImportEventSink
  private let jitter: @Sendable () -> Double

  /// A submitter over a client; `jitter` gives numbers from 0 to 1.
  public init(
    client: ImageClient, policy: SubmissionPolicy = SubmissionPolicy(), events: any ImportEventSink = NoEvents(),
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
  ) {
    self.client = client
    self.policy = policy
    self.events = events
    self.jitter = jitter
  }

  /// Sends the import; the key is not used here, it is for submitters with a memory.
  public func submit(_ request: ImportRequest, key: String? = nil) async throws -> JobReference {
    var machine = SubmissionStateMachine(policy: policy)
    var action = machine.proceed()
    while true {
      switch action {
      case .send:
        if Task.isCancelled { throw ImportError(wrapping: CancellationError(), request: request) }
        action = machine.sent(await client.submit(request), jitter: jitter())
      case .wait(let delay, let reason):
        events.emit(.waiting(name: request.name, reason: reason, delay: delay))
        do {
          try await client.time.sleep(for: delay)
        } catch {
          throw ImportError(wrapping: error, request: request)
        }
        action = machine.proceed()
      case .succeed(let jobID, let requestID):
        return JobReference(
          id: jobID, imageName: request.name, submittedAt: client.time.now, requestID: requestID, request: request)
      case .fail(let failure, let error):
        throw DirectSubmitter.error(failure, error, request)
      }
    }
  }

  private static func error(
    _ failure: SubmissionStateMachine.Failure, _ cause: CloudError, _ request: ImportRequest
  ) -> ImportError {
    var error = ImportError(cause, request: request)
    let name = request.name.map { Quoted.text($0) } ?? "without a name"
    switch failure {
    case .notSent:
      error.isAmbiguous = false
    case .refused:
      error.isAmbiguous = false
      error.message = "The cloud refused the import of image \(name): \(cause.message)"
    case .ambiguous:
      error.kind = cause.kind == .cancelled ? .cancelled : cause.kind == .service ? .service : .network
      error.isAmbiguous = true
      error.retryable = false
      error.message =
        "It is unknown whether the cloud started the import of image \(name): \(cause.message)"
      error.hint =
        "Do not send it again blindly: that can make a second image. Look the image up first, with"
        + " ims.images{name = \(name)} (GET /v2/cloudimages?name=…&__imagetype=private), now and again after some"
        + " minutes; send it again only when no image of this name has appeared."
    }
    return error
  }
}
