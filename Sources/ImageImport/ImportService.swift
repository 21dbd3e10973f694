import CloudAccess

/// Importing as scripts and the command line see it: validate, submit, poll, wait, or all of it.
public final class ImportService: Sendable {
  public let client: ImageClient
  public let rules: RuleSet
  public let scheduler: JobScheduler
  private let submitter: any Submitter
  private let events: any ImportEventSink

  public init(
    client: ImageClient, rules: RuleSet, submitter: any Submitter, scheduler: JobScheduler,
    events: any ImportEventSink = NoEvents()
  ) {
    self.client = client
    self.rules = rules
    self.submitter = submitter
    self.scheduler = scheduler
    self.events = events
  }

  /// Every finding of every rule that needs no network; those about sizes need to know something about the file.
  public func validate(_ request: ImportRequest, file: ImageFileFacts? = nil) -> ValidationReport {
    rules.report(for: request, file: file)
  }

  /// Sends an import once, unless the rules refuse it.
  ///
  /// - Parameters:
  ///   - request: what to import.
  ///   - key: what makes two imports the same one; nil derives it from the request.
  ///   - evenIfInvalid: sends what the rules refuse too, so that the cloud decides.
  ///   - file: what is known about the image file; nil when nobody looked.
  /// - Returns: the job, to be polled or waited for.
  /// - Throws: ``ImportError``: `validation` with the report, or what the cloud said.
  public func submit(
    _ request: ImportRequest, key: String? = nil, evenIfInvalid: Bool = false, file: ImageFileFacts? = nil
  ) async throws -> JobReference {
    do {
      let report = validate(request, file: file)
      events.emit(.validated(request, report))
      if !report.isValid, !evenIfInvalid { throw ImportError(refused: request, report: report) }
      let job = try await submitter.submit(request, key: key)
      events.emit(.submitted(job))
      return job
    } catch {
      let failure = ImportError(wrapping: error, request: request)
      events.emit(.failed(failure))
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
      return try await client.job(job.id)
    } catch let error as CloudError {
      throw error.kind == .cancelled
        ? ImportError(error, job: job, request: job.request) : ImportError(unavailable: error, job: job)
    } catch {
      throw ImportError(wrapping: error, job: job, request: job.request)
    }
  }

  /// Waits until a job has ended; see ``JobScheduler/wait(for:timeout:onProgress:)``.
  public func wait(
    for job: JobReference, timeout: Duration? = nil, onProgress: JobScheduler.Progress? = nil
  ) async throws -> ImportResult {
    try await scheduler.wait(for: job, timeout: timeout, onProgress: onProgress)
  }

  /// Validates, submits and waits; a nil time limit takes the policy's.
  public func importImage(
    _ request: ImportRequest, key: String? = nil, timeout: Duration? = nil, evenIfInvalid: Bool = false,
    onSubmitted: (@Sendable (JobReference) async throws -> Void)? = nil, onProgress: JobScheduler.Progress? = nil
  ) async throws -> ImportResult {
    let job = try await submit(request, key: key, evenIfInvalid: evenIfInvalid)
    try await onSubmitted?(job)
    return try await wait(for: job, timeout: timeout, onProgress: onProgress)
  }
}
