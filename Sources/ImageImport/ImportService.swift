import CloudAccess

/// Importing as scripts and the command line see it: validate, preflight, submit, poll, wait, or all of it.
public final class ImportService: Sendable {
  public let client: ImageClient
  public let rules: RuleSet
  public let scheduler: JobScheduler

  /// What checks imports against the cloud before they are sent; nil for none.
  public let preflight: Preflight?
  private let submitter: any Submitter
  private let events: any ImportEventSink
  private let hooks: any ImportHooks
  private let checksDrift: Bool

  /// With `checksDrift` an image that was made is compared with its request, which costs one question each.
  public init(
    client: ImageClient, rules: RuleSet, submitter: any Submitter, scheduler: JobScheduler,
    preflight: Preflight? = nil, events: any ImportEventSink = NoEvents(), hooks: any ImportHooks = NoHooks(),
    checksDrift: Bool = true
  ) {
    self.client = client
    self.rules = rules
    self.submitter = submitter
    self.scheduler = scheduler
    self.preflight = preflight
    self.events = events
    self.hooks = hooks
    self.checksDrift = checksDrift
  }

  /// Every finding of every rule that needs no network; those about sizes need to know something about the file.
  public func validate(_ request: ImportRequest, file: ImageFileFacts? = nil) -> ValidationReport {
    rules.report(for: request, file: file)
  }

  /// Every finding of every check against the cloud, whatever the options of a later submission leave out.
  ///
  /// - Throws: ``ImportError`` of kind `cancelled`; what the cloud does not answer is a finding.
  public func preflight(
    _ request: ImportRequest, options: PreflightOptions = PreflightOptions()
  ) async throws -> ValidationReport {
    do {
      return try await preflight?.report(for: request, options: options) ?? ValidationReport()
    } catch {
      throw ImportError(wrapping: error, request: request)
    }
  }

  /// Gets an import under way, unless the rules or preflight refuse it: sends it once, or finds it where it was sent or done before.
  ///
  /// Preflight runs only when something is about to be sent: an import that is found again is none of its business.
  ///
  /// - Parameters:
  ///   - request: what to import.
  ///   - options: what makes it the same as another, how it is checked, and what to do when its answer gets lost.
  ///   - evenIfInvalid: sends what the rules or preflight refuse too, so that the cloud decides.
  ///   - file: what is known about the image file; nil when nobody looked.
  /// - Returns: the job, to be polled or waited for.
  /// - Throws: ``ImportError``: `validation` or `preflight` with the report, or what the cloud said; ``RecordStoreError`` when the ledger fails.
  public func submit(
    _ request: ImportRequest, options: SubmitOptions = SubmitOptions(), evenIfInvalid: Bool = false,
    file: ImageFileFacts? = nil
  ) async throws -> JobReference {
    try await telling(request) {
      let (request, report) = try await hooks.validate(request, by: rules, file: file)
      events.emit(.validated(request, report))
      if !report.isValid, !evenIfInvalid { throw ImportError(refused: request, report: report) }
      let job = try await submitter.submit(
        request, options: checking(options, known: report.findings, insists: evenIfInvalid, hooks: hooks))
      if job.origin == .submitted {
        preflight?.wasSent(request.name)
        events.emit(.submitted(job))
      }
      return job
    }
  }

  /// The image of the same import where it was done before and is still there; nothing is judged or sent.
  ///
  /// - Throws: ``ImportError`` where the cloud does not say whether the image is there; ``RecordStoreError``.
  public func done(_ request: ImportRequest, options: SubmitOptions = SubmitOptions()) async throws -> JobReference? {
    try await submitter.done(request, options: options)
  }

  /// Goes on with an import on record: settles it, sends it where nothing was sent, or finds what it became.
  public func resume(_ recordID: String, options: SubmitOptions = SubmitOptions()) async throws -> JobReference {
    try await telling(nil) {
      let job = try await submitter.resume(recordID, options: checking(options))
      if job.origin == .submitted { events.emit(.submitted(job)) }
      return job
    }
  }

  /// The options with preflight and the plugins' last word put in the way of the sending.
  ///
  /// What was found before is not told again; with `insists` preflight refuses nothing.
  private func checking(
    _ options: SubmitOptions, known: [Finding] = [], insists: Bool = false, hooks: any ImportHooks = NoHooks()
  ) -> SubmitOptions {
    var checked = options
    let events = events
    let preflight = options.preflight.isEnabled ? preflight : nil
    checked.beforeSending = { [choices = options.preflight] request in
      if let preflight {
        var report = try await preflight.report(for: request, options: choices)
        report.findings.removeAll { finding in
          known.contains { $0.rule == finding.rule && $0.message == finding.message }
        }
        events.emit(.preflighted(request, report))
        if !report.isValid, !insists { throw ImportError(preflight: request, report: report) }
      }
      try await hooks.beforeSubmit(request)
    }
    return checked
  }

  /// Runs a step and tells of its failure.
  private func telling(_ request: ImportRequest?, _ body: () async throws -> JobReference) async throws -> JobReference
  {
    do {
      return try await body()
    } catch let error as RecordStoreError {
      throw error
    } catch {
      let failure = ImportError(wrapping: error, request: request)
      events.emit(failure.isAmbiguous ? .detached(failure) : .failed(failure))
      throw failure
    }
  }

  /// A job picked up by its id.
  public func job(_ id: String) -> JobReference { JobReference(id: id.trimmed) }

  /// Asks for a job once.
  ///
  /// - Throws: ``ImportError``; a job that failed is no error here.
  public func poll(_ job: JobReference) async throws -> JobStatus {
    do {
      if let result = job.result { return result }
      guard job.jobID != nil else { return ImageWait.status(of: try await client.image(job.id)) }
      let status = try await client.job(job.id)
      await scheduler.noticed(job.id, status)
      return status
    } catch let error as CloudError {
      throw error.kind == .cancelled
        ? ImportError(error, job: job, request: job.request) : ImportError(unavailable: error, job: job)
    } catch {
      throw ImportError(wrapping: error, job: job, request: job.request)
    }
  }

  /// Waits until an import has ended; see ``JobScheduler/wait(for:timeout:onProgress:)``.
  ///
  /// A job that the cloud no longer knows is no end: its image is looked for, and waited for instead.
  public func wait(
    for job: JobReference, timeout: Duration? = nil, onProgress: JobScheduler.Progress? = nil
  ) async throws -> ImportResult {
    var job = job
    if job.recordID == nil { job = await recalled(job) }
    let start = client.time.monotonic
    while true {
      let left = timeout.map { max(.zero, $0 - (client.time.monotonic - start)) }
      do {
        return try await waitOnce(for: job, timeout: left, onProgress: onProgress)
      } catch {
        job = try await substitute(for: job, after: error)
      }
    }
  }

  // Ten thousand waits are suspended at a time. What each of them holds meanwhile is the frames of its functions, with room for all their
  // values; so what comes before and after the suspension is kept out of them.

  @inline(never)
  private func recalled(_ job: JobReference) async -> JobReference { await submitter.recalled(job) }

  /// The wait has ended well.
  @inline(never)
  private func finished(_ job: JobReference, _ result: ImportResult) async throws -> ImportResult {
    await submitter.ended(job, .success(result))
    var result = result
    result.drift = await drift(of: result)
    return result
  }

  /// What to wait for instead of a job that the cloud no longer knows; other failures are thrown.
  @inline(never)
  private func substitute(for job: JobReference, after error: any Error) async throws -> JobReference {
    guard let error = error as? ImportError else { throw error }
    await submitter.ended(job, .failure(error))
    guard error.kind == .not_found, let id = job.recordID, job.jobID != nil else { throw error }
    return try await submitter.resume(id, options: checking(SubmitOptions()))
  }

  @inline(never)
  private func waitOnce(
    for job: JobReference, timeout: Duration?, onProgress: JobScheduler.Progress?
  ) async throws -> ImportResult {
    if isDone(job) { return known(job) }
    if job.jobID == nil {
      return try await finished(job, waitForImage(of: job, timeout: timeout, onProgress: onProgress))
    }
    if let onProgress {
      return try await finished(job, waitListening(for: job, timeout: timeout, onProgress: onProgress))
    }
    return try await finished(job, waitSilently(for: job, timeout: timeout))
  }

  @inline(never)
  private func isDone(_ job: JobReference) -> Bool { job.result != nil && job.imageID != nil }

  @inline(never)
  private func waitSilently(for job: JobReference, timeout: Duration?) async throws -> ImportResult {
    try await scheduler.wait(for: job, timeout: timeout) { [submitter] in await submitter.began(job) }
  }

  /// The end of an import that was done before.
  @inline(never)
  private func known(_ job: JobReference) -> ImportResult {
    let last = job.result ?? JobStatus(json: .null)
    let result = ImportResult(
      imageID: job.imageID ?? "", imageName: job.imageName ?? last.imageName, job: last, reference: job)
    events.emit(.succeeded(result))
    return result
  }

  @inline(never)
  private func waitListening(
    for job: JobReference, timeout: Duration?, onProgress: @escaping JobScheduler.Progress
  ) async throws -> ImportResult {
    let progress = Beginning { [submitter] in await submitter.began(job) }
    return try await scheduler.wait(for: job, timeout: timeout) { (status: JobStatus) in
      if !status.state.isFinal { await progress.once() }
      try await onProgress(status)
    }
  }

  @inline(never)
  private func waitForImage(
    of job: JobReference, timeout: Duration?, onProgress: JobScheduler.Progress?
  ) async throws -> ImportResult {
    do {
      let result = try await ImageWait(
        client: client, policy: scheduler.policy, events: events, random: scheduler.random
      ).wait(for: job, timeout: timeout, onProgress: onProgress)
      events.emit(.succeeded(result))
      return result
    } catch let error as ImportError where error.kind != .timeout {
      events.emit(.failed(error))
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

  /// In what a finished image differs from its request; nothing where it cannot be asked for, since the import itself is done.
  private func drift(of result: ImportResult) async -> [ImportDrift] {
    guard checksDrift, let request = result.reference.request else { return [] }
    var known = result.image
    if known == nil { known = try? await client.image(result.imageID) }
    guard let image = known, image.id == result.imageID else { return [] }
    let drifts = ImportDrift.between(request, image)
    for drift in drifts { events.emit(.warning(result.reference, message: "Drift: \(drift.text).")) }
    return drifts
  }

  /// Validates, submits and waits; a nil time limit takes the policy's.
  public func importImage(
    _ request: ImportRequest, options: SubmitOptions = SubmitOptions(), timeout: Duration? = nil,
    evenIfInvalid: Bool = false, onSubmitted: (@Sendable (JobReference) async throws -> Void)? = nil,
    onProgress: JobScheduler.Progress? = nil
  ) async throws -> ImportResult {
    let job = try await submit(request, options: options, evenIfInvalid: evenIfInvalid)
    try await onSubmitted?(job)
    return try await wait(for: job, timeout: timeout, onProgress: onProgress)
  }
}
