import CloudAccess

/// Decides when the image of a lost submission is looked for and when its absence is settled; no clock, no I/O.
///
/// `waiting → looking → (waiting → looking)* → done`. All moments count from the beginning of the settling.
public struct SettlementStateMachine: Sendable {
  /// What the owner must do.
  public enum Action: Sendable, Equatable {
    case wait(Duration)
    case look
    case adopt(imageID: String, others: [String])

    /// The import was started and has failed: its image is dead.
    case fail(imageID: String)
    case notFound

    /// The cloud could not be asked for so long that nothing is settled.
    case unsettled(CloudError)
  }

  private enum State: Sendable {
    case waiting
    case looking
    case done
  }

  private let policy: SettlementPolicy

  /// How long after its sending the submission was when the settling began.
  private let age: Duration

  /// The age from which absence is settled.
  private let settled: Duration
  private var state = State.waiting
  private var looks = 0

  /// A settlement of a submission that was sent `age` ago; its absence counts once it was sent `settled` ago, which nil takes from
  /// the policy's settling time.
  public init(policy: SettlementPolicy, age: Duration, settled: Duration? = nil) {
    self.policy = policy
    self.age = max(.zero, age)
    self.settled = settled ?? policy.settlingTime
  }

  /// What to do first.
  ///
  /// Valid in `waiting`.
  public func begin() -> Action { .wait(policy.moment(ofLook: 0)) }

  /// The pause is over.
  ///
  /// Valid in `waiting`.
  public mutating func due() -> Action {
    guard case .waiting = state else { preconditionFailure("A settlement that is \(state) waits for nothing.") }
    state = .looking
    return .look
  }

  /// The images were listed; `found` are those that can be the lost one, the oldest first.
  ///
  /// Valid in `looking`; `now` counts from the beginning of the settling to the moment the list was asked for.
  public mutating func looked(_ found: [ImageRecord], now: Duration) -> Action {
    guard case .looking = state else { preconditionFailure("A settlement that is \(state) does not look.") }
    let alive = found.filter { !SettlementStateMachine.isDead($0) }
    if let first = alive.first {
      state = .done
      return .adopt(imageID: first.id, others: alive.dropFirst().map(\.id))
    }
    if let dead = found.first {
      state = .done
      return .fail(imageID: dead.id)
    }
    if age + now >= settled {
      state = .done
      return .notFound
    }
    return next(now)
  }

  /// The list did not come: that is no evidence, so the settling goes on beyond its time, but not for ever.
  ///
  /// Valid in `looking`.
  public mutating func lookFailed(_ error: CloudError, now: Duration) -> Action {
    guard case .looking = state else { preconditionFailure("A settlement that is \(state) does not look.") }
    guard now < max(settled, policy.settlingTime), error.kind != .authentication, error.kind != .permission,
      error.kind != .cancelled
    else {
      state = .done
      return .unsettled(error)
    }
    return next(now)
  }

  private mutating func next(_ now: Duration) -> Action {
    looks += 1
    state = .waiting
    // The last look comes when absence is settled, not up to a minute later.
    let planned = policy.moment(ofLook: looks)
    let end = settled - age
    let moment = end > now ? min(planned, end) : planned
    return .wait(max(.milliseconds(1), moment - now))
  }

  private static func isDead(_ image: ImageRecord) -> Bool {
    let status = image.status.lowercased()
    return status == "killed" || status == "deleted"
  }
}
