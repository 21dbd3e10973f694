import CloudAccess

/// Decides what a submission does next; holds no clock and does no I/O.
///
/// `ready → sending → (waiting → sending)* → done`. Only an attempt that was certainly not sent, or certainly refused for want of room, is
/// followed by another.
public struct SubmissionStateMachine: Sendable {
  /// What the owner must do.
  public enum Action: Sendable, Equatable {
    case send
    case wait(Duration, reason: String)
    case succeed(jobID: String, requestID: String?)
    case fail(Failure, CloudError)
  }

  /// How a submission can end without a job.
  public enum Failure: Sendable, Equatable {
    /// Never sent; the network did not let it out.
    case notSent

    /// The cloud refused; nothing was created.
    case refused

    /// Unknown whether it was created.
    case ambiguous
  }

  private enum State: Sendable {
    case ready
    case sending
    case waiting
    case done
  }

  private let policy: SubmissionPolicy
  private var state = State.ready
  private var unsent = 0
  private var throttled = 0
  private var waited = Duration.zero

  public init(policy: SubmissionPolicy) {
    self.policy = policy
  }

  /// The owner begins, or the pause is over.
  ///
  /// Valid in `ready` and `waiting`.
  public mutating func proceed() -> Action {
    switch state {
    case .ready, .waiting:
      state = .sending
      return .send
    case .sending, .done:
      preconditionFailure("A submission cannot be sent while it is \(state).")
    }
  }

  /// The POST came back; `jitter`, from 0 to 1, spreads the pauses of many submitters.
  ///
  /// A used-up quota is an answer for good, unless others of ours are under way: one that fails gives its place back.
  ///
  /// Valid in `sending`.
  public mutating func sent(_ outcome: SubmissionOutcome, othersUnderWay: Bool = false, jitter: Double) -> Action {
    guard case .sending = state else {
      preconditionFailure("A submission that is \(state) cannot have an outcome.")
    }
    switch outcome {
    case .accepted(let jobID, let requestID):
      state = .done
      return .succeed(jobID: jobID, requestID: requestID)
    case .ambiguous(let error):
      return end(.ambiguous, error)
    case .notSent(let error):
      unsent += 1
      guard error.kind != .cancelled, error.retryable || error.kind == .network || error.kind == .timeout,
        unsent < policy.unsentAttempts
      else { return end(.notSent, error) }
      let delay = SubmissionStateMachine.doubled(policy.unsentDelay, times: unsent - 1, cap: .seconds(60))
      return pause(delay * (0.5 + jitter / 2), reason: error.message)
    case .refused(let error):
      guard SubmissionStateMachine.isForWantOfRoom(error) || othersUnderWay && error.code == "IMG.0015" else {
        return end(.refused, error)
      }
      throttled += 1
      let own = SubmissionStateMachine.doubled(
        policy.throttledDelay, times: throttled - 1, cap: policy.throttledDelayCap)
      // A Retry-After of nothing, such as a date in the past, is no leave to knock without a pause.
      let asked = error.retryAfter.flatMap { $0 > .zero ? $0 : nil }
      let delay = asked ?? own * (0.5 + jitter / 2)
      guard waited + delay <= policy.throttledLimit else { return end(.refused, error) }
      waited += delay
      return pause(delay, reason: error.code.flatMap(ErrorCatalogue.entry)?.meaning ?? error.message)
    }
  }

  /// Whether a refusal says "not now" instead of "no": throttling, too many tasks, too many images at once.
  public static func isForWantOfRoom(_ error: CloudError) -> Bool {
    error.status == 429 || error.code == "IMG.0060" || error.code == "IMG.0194" || error.code == "APIGW.0308"
  }

  private mutating func pause(_ delay: Duration, reason: String) -> Action {
    state = .waiting
    return .wait(delay, reason: reason)
  }

  private mutating func end(_ failure: Failure, _ error: CloudError) -> Action {
    state = .done
    return .fail(failure, error)
  }

  private static func doubled(_ delay: Duration, times: Int, cap: Duration) -> Duration {
    min(cap, delay * Double(1 << min(times, 20)))
  }
}
