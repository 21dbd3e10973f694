import CloudAccess

/// The slots that all processes share: whom the gate of this one lets through waits here for the others.
extension JobScheduler {
  /// The gate let a ticket through.
  func takeTurn(_ ticket: Int) {
    turns.queue.append(ticket)
    wakeTurns()
    workOnTurns()
  }

  /// A ticket's import has ended, or it did not come to it.
  func giveSlotBack(_ ticket: Int, refused: Bool = false) {
    guard let slots else { return }
    if let index = turns.queue.firstIndex(of: ticket) {
      turns.queue.remove(at: index)
      if index == 0, let place = turns.place {
        turns.place = nil
        giveBack(place, slots)
      }
    }
    guard let slot = turns.slots.removeValue(forKey: ticket) else { return }
    guard refused else { return giveBack(slot, slots) }
    Task { [time, gate] in
      await slots.refuseSlot(slot, recovery: gate.recoveryTime, now: time.now)
      self.wakeTurns()
    }
  }

  private func giveBack(_ slot: Int64, _ slots: any AdmissionSlots) {
    Task {
      await slots.releaseSlot(slot)
      self.wakeTurns()
    }
  }

  /// An import was found under way: it counts for all processes.
  func occupySlot(_ ticket: Int, _ record: String, _ id: String) {
    guard let slots else { return }
    Task { [time] in
      guard let slot = try? await slots.occupySlot(for: record, now: time.now) else { return }
      self.occupied(slot, ticket, id)
    }
  }

  private func occupied(_ slot: Int64, _ ticket: Int, _ id: String) {
    guard let slots else { return }
    // It may have ended meanwhile.
    guard tickets[id] == ticket else { return giveBack(slot, slots) }
    turns.slots[ticket] = slot
    workOnTurns()
  }

  /// A slot whose import nobody here waits for, so that its end would not be noticed; the others come free by themselves.
  private var unwatchedSlot: Int64? {
    turns.slots.first { ticket, _ in admitted[ticket].map { entries[$0.id] == nil } ?? false }?.value
  }

  /// Sees to the turns that are waited for, and to slots that nobody watches.
  func workOnTurns() {
    guard slots != nil, !turns.queue.isEmpty || unwatchedSlot != nil else { return }
    guard !turns.isWorking else { return }
    turns.isWorking = true
    Task { await self.work() }
  }

  private func wakeTurns() {
    turns.isWoken = true
    turns.sleep?.cancel()
  }

  /// Gets slots for those whose turn it is, and as long as we hold any whose end we would not notice, looks whether others want them.
  private func work() async {
    guard let slots else { return }
    while true {
      turns.isWoken = false
      if let ticket = turns.queue.first, let record = turns.records[ticket] {
        if await isSlotTaken(ticket, record, slots) { continue }
      } else if let slot = unwatchedSlot {
        turns.isWantedElsewhere = await slots.isSlotWanted(slot)
        watchIfNeeded()
      } else {
        turns.isWorking = false
        turns.isWantedElsewhere = false
        return
      }
      if turns.isWoken { continue }
      let pause = turns.queue.isEmpty ? AdmissionTurns.longPause : AdmissionTurns.pause
      let sleep = Task { [time, policy] in
        _ = try? await time.sleep(for: max(.milliseconds(20), pause / policy.clockScale))
      }
      turns.sleep = sleep
      await sleep.value
    }
  }

  /// Tries once to get a slot; whether there is something else to do at once.
  private func isSlotTaken(_ ticket: Int, _ record: String, _ slots: any AdmissionSlots) async -> Bool {
    let claim: Result<AdmissionSlotClaim, any Error>
    // The gate looks at its clock only for those in its own queue; the limit rises for this one, too.
    take(gate.due(now: time.monotonic))
    do {
      claim = .success(
        try await slots.claimSlot(
          turns.place, for: record, limit: gate.limit, recovery: gate.recoveryTime, now: time.now))
    } catch {
      claim = .failure(error)
    }
    let isStillFirst = turns.queue.first == ticket
    switch claim {
    case .success(.taken(let slot)):
      turns.place = nil
      guard isStillFirst else {
        giveBack(slot, slots)
        return true
      }
      turns.queue.removeFirst()
      turns.slots[ticket] = slot
      queued.removeValue(forKey: ticket)?.continuation.resume()
      return true
    case .success(.waiting(let place, let underWay, let ahead)):
      guard isStillFirst else {
        turns.place = nil
        giveBack(place, slots)
        return true
      }
      turns.place = place
      tellWaiting(ticket, underWay, ahead)
      watchIfNeeded()
      return false
    case .failure(let error):
      guard isStillFirst else { return true }
      turns.queue.removeFirst()
      queued.removeValue(forKey: ticket)?.continuation.resume(throwing: error)
      take(gate.withdraw(ticket, now: time.monotonic))
      return true
    }
  }

  private func tellWaiting(_ ticket: Int, _ underWay: Int, _ ahead: Int) {
    guard turns.told != ticket else { return }
    turns.told = ticket
    var reason = "\(underWay) \(underWay == 1 ? "import is" : "imports are") under way in all runs"
    if ahead > 0 { reason += "; \(ahead) other \(ahead == 1 ? "run is" : "runs are") ahead" }
    events.emit(.waiting(name: queued[ticket]?.name, reason: reason + ".", delay: nil))
  }
}
