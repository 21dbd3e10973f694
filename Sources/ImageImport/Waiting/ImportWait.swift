import CloudAccess

/// One wait for the end of an import.
///
/// Ten thousand waits are suspended at a time, and what each of them holds meanwhile is the frames of its functions, with room for all values
/// that they ever have, side by side. So the values are kept here, and what comes before and after a suspension has functions of its own,
/// which must not be inlined.
final class ImportWait: Sendable {
  private let job: JobReference
  private let service: ImportService

  /// By the monotonic clock; nil for the time limit of the policy.
  private let deadline: Duration?
  private let onProgress: JobScheduler.Progress?

  init(
    for job: JobReference, by service: ImportService, until deadline: Duration?, onProgress: JobScheduler.Progress?
  ) {
    self.job = job
    self.service = service
    self.deadline = deadline
    self.onProgress = onProgress
  }

  /// Waits; a job that the cloud no longer knows is no end.
  func result() async throws -> ImportResult {
    do {
      if let result = known { return result }
      if job.jobID == nil { return try await waitForImage() }
      return try await onProgress == nil ? waitSilently() : waitListening()
    } catch {
      return try await goOn(after: error)
    }
  }

  @inline(never)
  private func goOn(after error: any Error) async throws -> ImportResult {
    let substitute = try await service.substitute(for: job, after: error)
    return try await ImportWait(for: substitute, by: service, until: deadline, onProgress: onProgress).result()
  }

  private var timeLeft: Duration? { deadline.map { max(.zero, $0 - service.client.time.monotonic) } }

  /// The end of an import that was done before; nil for any other.
  private var known: ImportResult? {
    @inline(never) get {
      guard let last = job.result, let imageID = job.imageID else { return nil }
      let result = ImportResult(
        imageID: imageID, imageName: job.imageName ?? last.imageName, job: last, reference: job)
      service.events.emit(.succeeded(result))
      return result
    }
  }

  /// The wait has ended well.
  @inline(never)
  private func finished(_ result: ImportResult) async -> ImportResult {
    await service.submitter.ended(job, .success(result))
    return await service.comparing(result)
  }

  @inline(never)
  private func waitSilently() async throws -> ImportResult {
    await finished(
      try await service.scheduler.wait(for: job, timeout: timeLeft) { [service, job] in
        await service.submitter.began(job)
      })
  }

  @inline(never)
  private func waitListening() async throws -> ImportResult {
    let beginning = Beginning { [service, job] in await service.submitter.began(job) }
    return await finished(
      try await service.scheduler.wait(for: job, timeout: timeLeft) { [onProgress] (status: JobStatus) in
        if !status.state.isFinal { await beginning.once() }
        try await onProgress?(status)
      })
  }

  @inline(never)
  private func waitForImage() async throws -> ImportResult {
    do {
      let result = try await ImageWait(
        client: service.client, policy: service.scheduler.policy, events: service.events,
        random: service.scheduler.random
      ).wait(for: job, timeout: timeLeft, onProgress: onProgress)
      service.events.emit(.succeeded(result))
      return await finished(result)
    } catch let error as ImportError where error.kind != .timeout {
      service.events.emit(.failed(error))
      throw error
    }
  }

  /// Does something the first time only.
  private actor Beginning {
    private var body: (@Sendable () async -> Void)?

    init(_ body: @escaping @Sendable () async -> Void) { self.body = body }

    func once() async {
      let first = body
      body = nil
      await first?()
    }
  }
}
