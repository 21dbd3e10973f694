import CloudAccess

/// What an upload does next: a value without I/O. Events go in through its functions, ``next(at:)`` says what follows.
///
/// A part is waiting, under way or stored. A part that fails goes back to the waiting ones, and its failure slows all of them
/// down. When no part is left and no more will come, the upload is complete.
struct UploadMachine: Sendable {
  enum Action: Sendable, Hashable {
    /// Send this part now; it is under way until ``stored(_:at:mayGrow:)`` or ``failed(_:_:at:random:)``.
    case send(UploadPart)
    /// Have the source make the next part; only for sources that make them in order.
    case make
    /// Nothing to do before an event, or before this moment.
    case wait(until: Duration?)
    /// Every part is stored.
    case complete
    /// Give up what is under way; nothing more will come of it.
    case stop(Stop)
  }

  /// Why an upload cannot go on.
  enum Stop: Sendable, Hashable {
    /// The store does not know the upload any more: it was aborted, completed or has expired.
    case uploadGone
    case failed(ObjectStorageError)
  }

  private struct Flight: Sendable {
    var part: UploadPart
    var begun: Duration
  }

  /// How often a part is sent before the upload gives up.
  let attempts: Int
  /// The most bytes of parts under way at a time; a larger part goes alone.
  let mostUnderWay: UInt64
  private(set) var pace: UploadPace
  private(set) var storedParts: [Int: StoredPart] = [:]
  /// In descending order, so that the lowest is taken from the end.
  private var waiting: [UploadPart] = []
  private var flights: [Int: Flight] = [:]
  private var failures: [Int: Int] = [:]
  private var mayMakeMore: Bool
  private var isMaking = false
  private(set) var stopReason: Stop?

  /// `parts` are all parts of a source that gives them in any order, or nil for one that makes them one after the other.
  init(parts: [UploadPart]?, pace: UploadPace, attempts: Int = 10, mostUnderWay: UInt64 = .max) {
    waiting = parts.map { $0.sorted { $0.number > $1.number } } ?? []
    mayMakeMore = parts == nil
    self.pace = pace
    self.attempts = attempts
    self.mostUnderWay = mostUnderWay
  }

  /// How many parts are under way.
  var underWay: Int { flights.count }

  private func hasRoom(for part: UploadPart) -> Bool {
    let bytes = flights.values.reduce(part.size) { $0 + $1.part.size }
    return flights.isEmpty || flights.count < pace.limit && bytes <= mostUnderWay
  }

  mutating func next(at now: Duration) -> Action {
    if let stopReason { return .stop(stopReason) }
    let isExclusive = waiting.last?.isExclusive == true || flights.values.contains { $0.part.isExclusive }
    if let part = waiting.last, hasRoom(for: part), !(isExclusive && !flights.isEmpty) {
      guard now >= pace.notBefore else { return .wait(until: pace.notBefore) }
      waiting.removeLast()
      flights[part.number] = Flight(part: part, begun: now)
      return .send(part)
    }
    // One part is made ahead while the others are under way.
    if mayMakeMore, !isMaking, waiting.isEmpty, !isExclusive, flights.count <= pace.limit {
      isMaking = true
      return .make
    }
    let isComplete = waiting.isEmpty && flights.isEmpty && !mayMakeMore && !isMaking
    return isComplete ? .complete : .wait(until: nil)
  }

  /// The source has made a part.
  mutating func made(_ part: UploadPart) {
    isMaking = false
    waiting.insert(part, at: 0)
  }

  /// The source has come to its end; there is no further part.
  mutating func sourceEnded() {
    isMaking = false
    mayMakeMore = false
  }

  /// The part was found stored already, and need not be sent.
  mutating func found(_ part: StoredPart) {
    isMaking = false
    storedParts[part.number] = part
    waiting.removeAll { $0.number == part.number }
  }

  /// A part that was promised with another size turned out to end the source: it is sent again with its true size.
  mutating func shortened(_ number: Int, to size: UInt64) {
    guard let flight = flights.removeValue(forKey: number) else { return }
    sourceEnded()
    guard size > 0 else { return }
    var part = flight.part
    part.size = size
    waiting.append(part)
  }

  /// A part is stored. For `mayGrow` see ``UploadPace/succeeded(begun:mayGrow:)``.
  mutating func stored(_ part: StoredPart, at now: Duration, mayGrow: Bool = true) {
    guard let flight = flights.removeValue(forKey: part.number) else { return }
    storedParts[part.number] = part
    failures[part.number] = nil
    pace.succeeded(begun: flight.begun, mayGrow: mayGrow)
  }

  /// A part could not be stored. `random` is in 0..<1.
  mutating func failed(_ number: Int, _ error: ObjectStorageError, at now: Duration, random: Double) {
    guard let flight = flights.removeValue(forKey: number) else { return }
    waiting.append(flight.part)
    waiting.sort { $0.number > $1.number }
    failures[number, default: 0] += 1
    switch Self.nature(of: error) {
    case .gone: stop(.uploadGone)
    case .lasting: stop(.failed(error))
    case .corrupted: break
    case .trouble:
      pace.troubled(
        begun: flight.begun, now: now, retryAfter: error.cloudError.retryAfter, random: random)
    }
    if failures[number, default: 0] >= attempts { stop(.failed(error)) }
  }

  private mutating func stop(_ reason: Stop) {
    stopReason = stopReason ?? reason
  }

  enum Nature: Sendable, Hashable {
    /// The store is busy or cannot be reached: all slow down.
    case trouble
    /// The bytes arrived other than they were sent: again, at once.
    case corrupted
    case gone
    case lasting
  }

  static func nature(of error: ObjectStorageError) -> Nature {
    switch error.cloudError.code {
    case "NoSuchUpload": return .gone
    case "BadDigest", "InvalidDigest": return .corrupted
    default: return error.cloudError.retryable ? .trouble : .lasting
    }
  }
}
