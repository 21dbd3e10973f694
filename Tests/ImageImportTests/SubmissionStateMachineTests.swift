import CloudAccess
import Testing

@testable import ImageImport

@Suite("The state machine of a submission")
struct SubmissionStateMachineTests {
  private let policy = SubmissionPolicy(throttledLimit: .seconds(40))
  private let unsent = CloudError(kind: .network, message: "refused", retryable: true, delivery: .notSent)

  private func refusal(_ code: String?, status: Int = 400, retryAfter: Duration? = nil) -> CloudError {
    CloudError(
      kind: .validation, message: "no", code: code, status: status, delivery: .answered, retryAfter: retryAfter)
  }

  @Test("sends, and succeeds with the job")
  func success() {
    var machine = SubmissionStateMachine(policy: policy)
    #expect(machine.proceed() == .send)
    #expect(machine.sent(.accepted(jobID: "j", requestID: "r"), jitter: 0) == .succeed(jobID: "j", requestID: "r"))
  }

  @Test("sends again what was certainly not sent, a few times, with doubled pauses")
  func notSent() {
    var machine = SubmissionStateMachine(policy: policy)
    for pause in [1, 2, 4] {
      #expect(machine.proceed() == .send)
      #expect(machine.sent(.notSent(unsent), jitter: 1) == .wait(.seconds(pause), reason: "refused"))
    }
    #expect(machine.proceed() == .send)
    #expect(machine.sent(.notSent(unsent), jitter: 1) == .fail(.notSent, unsent))
  }

  @Test(
    "gives up at once when sending again cannot help",
    arguments: [CloudError.Kind.authentication, .cancelled, .validation])
  func hopeless(kind: CloudError.Kind) {
    let error = CloudError(kind: kind, message: "no", delivery: .notSent)
    var machine = SubmissionStateMachine(policy: policy)
    #expect(machine.proceed() == .send)
    #expect(machine.sent(.notSent(error), jitter: 0) == .fail(.notSent, error))
  }

  @Test("waits for room and sends again", arguments: ["IMG.0060", "IMG.0194", "APIGW.0308"])
  func room(code: String) throws {
    var machine = SubmissionStateMachine(policy: policy)
    _ = machine.proceed()
    let action = machine.sent(.refused(refusal(code)), jitter: 1)
    guard case .wait(.seconds(5), _) = action else {
      Issue.record("\(action)")
      return
    }
    #expect(machine.proceed() == .send)
  }

  @Test("does what Retry-After says, within its limit")
  func retryAfter() {
    var machine = SubmissionStateMachine(policy: policy)
    _ = machine.proceed()
    let first = refusal(nil, status: 429, retryAfter: .seconds(30))
    #expect(machine.sent(.refused(first), jitter: 0) == .wait(.seconds(30), reason: "no"))
    _ = machine.proceed()
    #expect(machine.sent(.refused(first), jitter: 0) == .fail(.refused, first))
  }

  @Test("does not knock without a pause when Retry-After names none")
  func retryAfterNothing() {
    var machine = SubmissionStateMachine(policy: SubmissionPolicy())
    _ = machine.proceed()
    let error = CloudError(
      kind: .throttled, message: "busy", status: 429, retryable: true, delivery: .answered, retryAfter: .zero)
    #expect(machine.sent(.refused(error), jitter: 1) == .wait(.seconds(5), reason: "busy"))
  }

  @Test("never sends again what was refused or is unknown")
  func final() {
    let refused = refusal("IMG.0056")
    let unknown = CloudError(kind: .timeout, message: "late", retryable: true, delivery: .ambiguous)
    for (outcome, failure) in [
      (SubmissionOutcome.refused(refused), SubmissionStateMachine.Action.fail(.refused, refused)),
      (.ambiguous(unknown), .fail(.ambiguous, unknown)),
    ] {
      var machine = SubmissionStateMachine(policy: policy)
      _ = machine.proceed()
      #expect(machine.sent(outcome, jitter: 0) == failure)
    }
  }

  @Test(
    "takes the outcome from what is known of the delivery",
    arguments: [
      (Delivery.notSent, nil, "notSent"), (.ambiguous, nil, "ambiguous"), (.answered, 400, "refused"),
      (.answered, 401, "refused"), (.answered, 404, "refused"), (.answered, 429, "refused"),
      (.answered, 302, "refused"),
      (.answered, 408, "ambiguous"), (.answered, 500, "ambiguous"), (.answered, 502, "ambiguous"),
      (.answered, 503, "ambiguous"), (.answered, 504, "ambiguous"), (.answered, nil, "ambiguous"),
    ] as [(Delivery, Int?, String)])
  func outcomes(delivery: Delivery, status: Int?, wanted: String) {
    let outcome = SubmissionOutcome(CloudError(kind: .service, message: "x", status: status, delivery: delivery))
    #expect("\(outcome)".hasPrefix(wanted))
  }
}
