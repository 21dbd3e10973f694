import CloudAccess

extension JobScheduler {
  /// Does what a state machine decided.
  func perform(_ actions: [JobPollStateMachine.Action], for id: String) {
    for action in actions {
      guard let entry = entries[id] else { return }
      switch action {
      case .query:
        ask(.job, for: id)
      case .lookUp(let name):
        ask(.images(name: name), for: id)
      case .progress(let status):
        events.emit(.progress(entry.reference, status))
        for waiter in entry.waiters.values { waiter.yield(.progress(status)) }
      case .warn(let message):
        events.emit(.warning(entry.reference, message: message))
      case .degraded(let reason, let pause):
        events.emit(.degraded(entry.reference, reason: reason, delay: pause))
      case .detach(let waiter, let limit, let last):
        let error = ImportError(detached: entry.reference, after: limit, last: last)
        events.emit(.detached(error))
        entries[id]?.waiters.removeValue(forKey: waiter)?.finish(throwing: error)
      case .end(let ending):
        entries[id] = nil
        finish(entry, ending)
      case .forget:
        entries[id] = nil
      }
    }
  }

  private func finish(_ entry: Entry, _ ending: JobPollStateMachine.Ending) {
    switch outcome(entry, ending) {
    case .success(let result):
      events.emit(.succeeded(result))
      for waiter in entry.waiters.values {
        waiter.yield(.finished(result))
        waiter.finish()
      }
    case .failure(let error):
      events.emit(.failed(error))
      for waiter in entry.waiters.values { waiter.finish(throwing: error) }
    }
  }

  private func outcome(_ entry: Entry, _ ending: JobPollStateMachine.Ending) -> Result<ImportResult, ImportError> {
    let reference = entry.reference
    switch ending {
    case .succeeded(let imageID, let status, let warnings):
      return .success(
        ImportResult(
          imageID: imageID, imageName: status.imageName ?? reference.imageName, job: status, reference: reference,
          waited: time.monotonic - entry.started, warnings: warnings))
    case .failed(let status):
      return .failure(ImportError(failed: status, job: reference))
    case .imageMissing(let status):
      return .failure(ImportError(imageMissing: status, job: reference))
    case .unavailable(let error):
      return .failure(ImportError(unavailable: error, job: reference))
    }
  }
}
