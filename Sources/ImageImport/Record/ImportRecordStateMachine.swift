/// The legal moves of an import on record, as a value: no clock, no file, no network.
///
/// A move that changes nothing because it was made before, as when two processes see the same job end, is accepted; every
/// other move that is not listed in ``apply(_:)`` is refused, so that no record can take back what is known.
public struct ImportRecordStateMachine: Sendable, Hashable {
  /// A move that the state does not allow.
  public struct IllegalMove: Error, Sendable, Hashable, CustomStringConvertible {
    public var state: ImportRecordState
    public var event: ImportRecordEvent

    public var description: String { "An import that is \(state.rawValue) cannot take \(event)." }
  }

  public private(set) var state: ImportRecordState

  /// The cloud's job; stays once it is known.
  public private(set) var jobID: String?
  public private(set) var imageID: String?

  /// Why it failed or is unknown.
  public private(set) var code: String?
  public private(set) var reason: String?

  /// The record under which it was sent again.
  public private(set) var successor: String?

  /// A record at its beginning.
  public init() { state = .planned }

  /// A record as it was stored.
  public init(
    state: ImportRecordState, jobID: String? = nil, imageID: String? = nil, code: String? = nil, reason: String? = nil,
    successor: String? = nil
  ) {
    self.state = state
    self.jobID = jobID
    self.imageID = imageID
    self.code = code
    self.reason = reason
    self.successor = successor
  }

  /// Makes a move.
  ///
  /// - Returns: whether anything changed.
  /// - Throws: ``IllegalMove``; the value is as it was.
  @discardableResult
  public mutating func apply(_ event: ImportRecordEvent) throws(IllegalMove) -> Bool {
    if isKnown(event) { return false }
    switch (state, event) {
    case (.planned, .intend), (.sent, .withdraw):
      state = .intent
    case (.intent, .send):
      state = .sent
      (code, reason) = (nil, nil)
    case (.sent, .accept(let job)):
      state = .accepted
      jobID = job
    case (.accepted, .run):
      state = .running
    case (.sent, .lose(let why)), (.accepted, .lose(let why)), (.running, .lose(let why)), (.adopted, .lose(let why)):
      state = .unknown
      (code, reason) = (nil, why)
    case (.accepted, .succeed(let image)), (.running, .succeed(let image)), (.adopted, .succeed(let image)):
      state = .succeeded
      imageID = image
      (code, reason) = (nil, nil)
    case (.unknown, .adopt(let image)), (.notFound, .adopt(let image)):
      state = .adopted
      imageID = image
    case (.unknown, .findNothing):
      state = .notFound
    case (.notFound, .resubmit(let id)):
      state = .resubmitted
      successor = id
    case (_, .fail(let why, let text)) where !state.isFinal && state != .planned:
      state = .failed
      (code, reason) = (why, text)
    case (_, .giveUp(let why)) where !state.isFinal:
      state = .givenUp
      reason = why
    default:
      throw IllegalMove(state: state, event: event)
    }
    return true
  }

  /// Whether the event says what is on record already.
  private func isKnown(_ event: ImportRecordEvent) -> Bool {
    switch (state, event) {
    case (.intent, .intend), (.running, .run), (.notFound, .findNothing), (.failed, .fail), (.givenUp, .giveUp): true
    case (.accepted, .accept(let id)), (.running, .accept(let id)): id == jobID
    case (.adopted, .adopt(let id)), (.succeeded, .succeed(let id)), (.succeeded, .adopt(let id)): id == imageID
    case (.resubmitted, .resubmit(let id)): id == successor
    default: false
    }
  }
}
