import CloudAccess

extension JobScheduler {
  /// Does what the plan decided about jobs.
  func perform(_ effects: [PollPlanner.Effect]) {
    for (id, action) in effects {
      guard let entry = entries[id] else { continue }
      switch action {
      case .query, .lookUp, .degraded: break
      case .progress(let status): tell(id, status)
      case .warn(let message):
        if entry.isHeard { events.emit(.warning(entry.reference, message: message)) }
      case .detach(let number, let limit, let last):
        guard let waiter = entries[id]?.waiters.removeValue(forKey: number) else { continue }
        let error = ImportError(detached: entry.reference, after: limit, last: last)
        if !waiter.isGate { events.emit(.detached(error)) }
        waiter.resume(throwing: error)
      case .end(let ending):
        entries[id] = nil
        finish(entry, ending, planner.takeImage(id))
      case .forget:
        entries[id] = nil
        _ = planner.takeImage(id)
        watchIfNeeded()
        workOnTurns()
      }
    }
  }

  private func tell(_ id: String, _ status: JobStatus) {
    guard let entry = entries[id], entry.isHeard else { return }
    events.emit(.progress(entry.reference, status))
    for (number, waiter) in entry.waiters {
      switch waiter {
      case .listener(let continuation): continuation.yield(.progress(status))
      case .plain(let continuation, let began?):
        entries[id]?.waiters[number] = .plain(continuation, began: nil)
        Task { await began() }
      case .plain, .gate: break
      }
    }
  }

  private func finish(_ entry: Entry, _ ending: JobPollStateMachine.Ending, _ image: ImageRecord?) {
    let outcome = outcome(entry, ending, image)
    switch outcome {
    case .success(let result):
      if entry.isHeard { events.emit(.succeeded(result)) }
      for waiter in entry.waiters.values { waiter.resume(returning: result) }
    case .failure(let error):
      if entry.isHeard { events.emit(.failed(error)) }
      for waiter in entry.waiters.values { waiter.resume(throwing: error) }
    }
    if case .success = outcome { ended(entry.reference.id, madeImage: true) } else { ended(entry.reference.id) }
  }

  private func outcome(
    _ entry: Entry, _ ending: JobPollStateMachine.Ending, _ image: ImageRecord?
  ) -> Result<ImportResult, ImportError> {
    let reference = entry.reference
    switch ending {
    case .succeeded(let imageID, let status, let warnings):
      return .success(
        ImportResult(
          imageID: imageID, imageName: status.imageName ?? reference.imageName, job: status, reference: reference,
          waited: time.monotonic - entry.started, warnings: warnings, image: image?.id == imageID ? image : nil))
    case .failed(let status):
      return .failure(ImportError(failed: status, job: reference))
    case .imageMissing(let status):
      return .failure(ImportError(imageMissing: status, job: reference))
    case .unavailable(let error):
      return .failure(ImportError(unavailable: error, job: reference))
    }
  }
}

extension JobScheduler.Entry {
  /// Whether somebody else than the gate waits for the job.
  var isHeard: Bool { waiters.values.contains { !$0.isGate } }
}

extension JobScheduler.Waiter {
  var isGate: Bool { if case .gate = self { true } else { false } }

  func resume(returning result: ImportResult) {
    switch self {
    case .listener(let continuation):
      continuation.yield(.finished(result))
      continuation.finish()
    case .plain(let continuation, _): continuation.resume(returning: result)
    case .gate: break
    }
  }

  func resume(throwing error: ImportError) {
    switch self {
    case .listener(let continuation): continuation.finish(throwing: error)
    case .plain(let continuation, _): continuation.resume(throwing: error)
    case .gate: break
    }
  }
}
