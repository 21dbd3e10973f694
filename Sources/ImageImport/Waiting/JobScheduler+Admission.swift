import CloudAccess

/// The gate: how many imports are under way at once.
extension JobScheduler: ImportAdmission {
  public func admit(_ name: String?, record: String) async throws -> Int {
    let ticket = nextNumber()
    turns.records[ticket] = record
    try await pass(ticket, name) { self.gate.request(ticket, now: self.time.monotonic) }
    return ticket
  }

  public func admitAgain(_ ticket: Int, _ name: String?, after error: CloudError) async throws {
    guard let refusal = AdmissionGate.Refusal(code: error.code) else { return }
    let why = error.code.flatMap(ErrorCatalogue.entry)?.meaning ?? error.message
    giveSlotBack(ticket, refused: refusal == .tasks)
    try await pass(ticket, name, why) { self.gate.refused(ticket, refusal, now: self.time.monotonic) }
  }

  public func accepted(_ ticket: Int, as job: JobReference) {
    gate.accepted(ticket)
    tickets[job.id] = ticket
    admitted[ticket] = job
    if isAwaited { watch(job) }
    workOnTurns()
  }

  public func underWay(_ job: JobReference) {
    guard job.jobID != nil, tickets[job.id] == nil else { return }
    let ticket = nextNumber()
    gate.occupy(ticket)
    tickets[job.id] = ticket
    admitted[ticket] = job
    if let record = job.recordID { occupySlot(ticket, record, job.id) }
  }

  public func withdraw(_ ticket: Int) {
    queued.removeValue(forKey: ticket)?.continuation.resume(throwing: CancellationError())
    giveSlotBack(ticket)
    turns.records[ticket] = nil
    take(gate.withdraw(ticket, now: time.monotonic))
    if !isAwaited { stopWatching() }
    pump()
  }

  public func hasOthers(than ticket: Int) -> Bool { gate.hasOthers(than: ticket) }

  /// How many imports are under way, and how many wait for room.
  public var admissions: (underWay: Int, waiting: Int, limit: Int) {
    (gate.inFlightCount, gate.queueCount, gate.limit)
  }

  /// A job has ended, whoever saw it.
  func ended(_ id: String, madeImage: Bool = false) {
    watched[id] = nil
    guard let ticket = tickets.removeValue(forKey: id) else { return }
    admitted[ticket] = nil
    giveSlotBack(ticket)
    turns.records[ticket] = nil
    take(gate.ended(ticket, madeImage: madeImage, now: time.monotonic))
    if !isAwaited { stopWatching() }
  }

  /// Somebody asked for a job outside of this scheduler.
  func noticed(_ id: String, _ status: JobStatus) {
    guard status.state.isFinal else { return }
    ended(id, madeImage: status.state == .succeeded)
    pump()
  }

  /// Waits in the queue until the gate lets the ticket through.
  private func pass(
    _ ticket: Int, _ name: String?, _ refusal: String? = nil, _ enter: () -> [AdmissionGate.Action]
  ) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queued[ticket] = (name, continuation)
        take(enter())
        if queued[ticket] != nil {
          if gate.isAskingQuota { untold.append((ticket, name, refusal)) } else { tellQueued(ticket, name, refusal) }
          watchIfNeeded()
        }
        pump()
      }
    } onCancel: {
      Task { await self.cancelQueued(ticket) }
    }
  }

  private func cancelQueued(_ ticket: Int) {
    guard queued[ticket] != nil else { return }
    withdraw(ticket)
  }

  /// Says what a ticket waits for; nothing of one that the gate has let through.
  private func tellQueued(_ ticket: Int, _ name: String?, _ refusal: String?) {
    guard let ahead = gate.position(of: ticket) else { return }
    let underWay = gate.inFlightCount
    if underWay == 0, let end = gate.blockedUntil {
      let delay = max(.zero, end - time.monotonic)
      return events.emit(.waiting(name: name, reason: refusal ?? "The cloud has no room for it.", delay: delay))
    }
    var reason = underWay == 1 ? "One import is under way" : "\(underWay) imports are under way"
    if gate.inFlightCount >= gate.limit { reason += ", as many as the cloud takes" }
    if ahead > 0 { reason += "; \(ahead) more \(ahead == 1 ? "is" : "are") ahead" }
    events.emit(.waiting(name: name, reason: reason + ".", delay: nil))
  }

  /// Does what the gate decided.
  func take(_ actions: [AdmissionGate.Action]) {
    for action in actions {
      switch action {
      case .admit(let ticket):
        if slots == nil { queued.removeValue(forKey: ticket)?.continuation.resume() } else { takeTurn(ticket) }
      case .askQuota:
        Task { [client] in
          let quota = try? await client.quota()
          self.quotaAnswered(quota?.free)
        }
      }
    }
  }

  private func quotaAnswered(_ free: Int?) {
    take(gate.quotaAnswered(free: free, now: time.monotonic))
    for (ticket, name, refusal) in untold { tellQueued(ticket, name, refusal) }
    untold = []
    if !isAwaited { stopWatching() }
    pump()
  }

  /// Whether anybody waits for the end of an import, here or in another process.
  private var isAwaited: Bool { gate.queueCount > 0 || turns.isWanted }

  /// Sees to it that the end of every import under way is noticed while others wait for it: a script may submit a hundred and wait for the
  /// first only then.
  func watchIfNeeded() {
    guard isAwaited else { return }
    for job in admitted.values { watch(job) }
  }

  private func watch(_ job: JobReference) {
    guard entries[job.id] == nil else { return }
    let number = nextNumber()
    watched[job.id] = number
    subscribe(number, .gate, to: job, limit: .seconds(1_000_000_000))
  }

  private func stopWatching() {
    for (id, number) in watched { unsubscribe(number, from: id) }
    watched = [:]
  }
}
