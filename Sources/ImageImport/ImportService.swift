import CloudAccess

/// Importing as scripts and the command line see it: validate, preflight, submit, poll, wait, or all of it.
public final class ImportService: Sendable {
  public let client: ImageClient
  public let rules: RuleSet
  public let scheduler: JobScheduler

  /// What checks imports against the cloud before they are sent; nil for none.
  public let preflight: Preflight?
  let submitter: any Submitter
  let events: any ImportEventSink
  private let hooks: any ImportHooks
  private let checksDrift: Bool

  /// Where thousands end at once, their images are asked for a few at a time.
  private let lookUps = Turnstile(room: 16)

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
    if job.recordID == nil {
      return try await begin(await submitter.recalled(job), timeout, onProgress).result()
    }
    return try await begin(job, timeout, onProgress).result()
  }

  @inline(never)
  private func begin(_ job: JobReference, _ timeout: Duration?, _ onProgress: JobScheduler.Progress?) -> ImportWait {
    ImportWait(for: job, by: self, until: timeout.map { client.time.monotonic + $0 }, onProgress: onProgress)
  }

  /// What to wait for instead of a job that the cloud no longer knows; other failures are thrown.
  func substitute(for job: JobReference, after error: any Error) async throws -> JobReference {
    guard let error = error as? ImportError else { throw error }
    await submitter.ended(job, .failure(error))
    guard error.kind == .not_found, let id = job.recordID, job.jobID != nil else { throw error }
    return try await submitter.resume(id, options: checking(SubmitOptions()))
  }

  /// The result with what its image differs in from its request.
  ///
  /// Where the image cannot be asked for, it differs in nothing: the import itself is done.
  func comparing(_ result: ImportResult) async -> ImportResult {
    guard checksDrift, result.reference.request != nil else { return result }
    if let compared = comparingAtOnce(result) { return compared }
    await lookUps.enter()
    let compared = await lookingUp(result)
    await lookUps.leave()
    return compared
  }

  @inline(never)
  private func comparingAtOnce(_ result: ImportResult) -> ImportResult? {
    result.image.map { comparing(result, with: $0) }
  }

  @inline(never)
  private func lookingUp(_ result: ImportResult) async -> ImportResult {
    guard let image = try? await client.image(result.imageID) else { return result }
    return comparing(result, with: image)
  }

  @inline(never)
  private func comparing(_ result: ImportResult, with image: ImageRecord) -> ImportResult {
    guard let request = result.reference.request, image.id == result.imageID else { return result }
    var result = result
    result.drift = ImportDrift.between(request, image)
    for drift in result.drift { events.emit(.warning(result.reference, message: "Drift: \(drift.text).")) }
    return result
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
